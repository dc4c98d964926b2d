import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { lacking } from '../../../lib/recover/readiness.ts';
import {
  NFS3,
  NLM4,
  NSM1,
  type Registration,
  type RpcProgram,
  type Transport,
} from '../../../lib/rpc/index.ts';

const registration = ({ program, version }: RpcProgram): Registration => {
  return { program, version, protocol: 6, port: 2049 };
};
const ALL = [registration(NFS3), registration(NLM4)];

/** A node on which everything is there, but for what a test changes. */
function node(more: Parameters<typeof lacking>[1] = {}): Parameters<typeof lacking>[1] {
  const run = async () => '/srv/a 10.0.0.0/8\n/srv/with blank *\n/srv/c (everyone)\n';
  return { registered: async () => ALL, answers: async () => true, run, ...more };
}

t.test('nothing lacks', async (t) => {
  t.same(
    await lacking({ exports: [] }, node({ run: () => Promise.reject(new Error('nobody asks mountd')) })),
    [],
  );
  t.same(await lacking({ exports: ['/srv/a', '/srv/with blank', '/srv/c'] }, node()), []);
});

t.test('the first thing that lacks is named', async (t) => {
  const without = (program: RpcProgram) =>
    node({ registered: async () => ALL.filter((one) => one.program !== program.program) });
  t.same(await lacking({ exports: [] }, without(NFS3)), ['NFS version 3 to be registered with rpcbind']);
  t.same(await lacking({ exports: [] }, without(NLM4)), ['NLM version 4 to be registered with rpcbind']);
  t.same(await lacking({ exports: ['/srv/b'] }, node({ answers: async () => false })), [
    'NLM version 4 to answer',
  ]);
  // The lock manager asks it over TCP.
  const noStatd = async ({ program }: RpcProgram, transport: Transport): Promise<boolean> =>
    program !== NSM1.program || transport === 'udp';
  t.same(await lacking({ exports: ['/srv/b'] }, node({ answers: noStatd })), ['rpc.statd to answer']);
});

t.test('each directory that is not exported is named, and only the whole name counts', async (t) => {
  t.same(await lacking({ exports: ['/srv', '/srv/a', '/srv/b'] }, node()), [
    '/srv to be exported',
    '/srv/b to be exported',
  ]);
});

t.test('whoever does not answer is waited for, with the reason', async (t) => {
  const registered = () => Promise.reject(new Fault('timed-out', 'no answer'));
  t.same(await lacking({ exports: [] }, node({ registered })), [
    'rpcbind, NFS, NLM and rpc.statd to answer (no answer)',
  ]);
  t.type(await lacking({ exports: [] }), Array, 'this node is asked where no other is named');
});
