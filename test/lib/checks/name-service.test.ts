import t from 'tap';
import { nameService } from '../../../lib/checks/name-service.ts';
import { Fault } from '../../../lib/fault.ts';
import { fileOf } from '../store/arbitraries.ts';
import { commands, examined, exampleNode, exampleStore } from './example-node.ts';

const LATE = new Fault('timed-out', 'it did not end');
const REVERSE = { 'getent -- hosts 192.0.2.1': '192.0.2.1       nfs.example.com nfs\n' };
const FORWARD = {
  'getent -- ahosts nfs.example.com': '192.0.2.1       STREAM nfs.example.com\n192.0.2.1       DGRAM\n',
};

function found(
  answers: Parameters<typeof commands>[0],
  names: string[] = [],
  clients: string[] = [],
  startedHere = true,
) {
  const store = exampleStore({ current: new Map(clients.map((client) => [client, fileOf(client)])) });
  const node = exampleNode({ run: commands(answers), store: async () => store });
  return nameService.look(node, examined({ names, startedHere }));
}

t.test('addresses have names, and names addresses', async (t) => {
  const named = ['nfs.example.com'];
  t.match(await found({ ...REVERSE, ...FORWARD }, named), {
    verdict: 'ok',
    evidence: /^2 look-ups, the slowest in \d+ ms$/,
  });
  t.match(await found(REVERSE), { verdict: 'ok' });
  t.match(await found({ 'getent -- hosts 192.0.2.1': 2 }), {
    verdict: 'warning',
    evidence: '192.0.2.1 has no name, and names is empty',
  });
  t.match(
    await found({ ...FORWARD, 'getent -- hosts 192.0.2.1': 2 }, named),
    { verdict: 'ok' },
    'it is listed',
  );
  const wrong = { 'getent -- ahosts nfs.example.com': '192.0.2.9 STREAM\n' };
  t.match(await found({ ...REVERSE, ...wrong }, named), {
    verdict: 'warning',
    evidence: 'nfs.example.com is none of its addresses',
  });
});

t.test('clients are known, and nothing takes long', async (t) => {
  const client = { 'getent -- ahosts c1': '192.0.2.11 STREAM\n', 'getent -- hosts 192.0.2.12': 2 };
  t.match(await found({ ...REVERSE, ...client }, [], ['c1', '192.0.2.12']), {
    verdict: 'ok',
    evidence: /^3/,
  });
  t.match(await found({ ...REVERSE, 'getent -- ahosts c1': 2 }, [], ['c1']), {
    verdict: 'warning',
    evidence: 'client c1 is not known',
  });
  t.match(
    await found({ 'getent -- hosts 192.0.2.1': LATE }, ['c2'], [], false).catch(String),
    /getent is not installed/,
  );
  t.match(await found({ ...REVERSE, 'getent -- hosts 192.0.2.12': LATE }, [], ['192.0.2.12']), {
    ...{ verdict: 'warning', evidence: '192.0.2.12 took more than 5 s' },
  });
  t.match(await found({ 'getent -- hosts 192.0.2.1': LATE }), { evidence: /more than 5 s \(and 1 more\)$/ });
});

t.test('one that is slow is named with its time', async (t) => {
  const run: ReturnType<typeof commands> = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2100));
    return { exitCode: 0, stdout: '192.0.2.1 nfs\n', stderr: '' };
  };
  t.match(await nameService.look(exampleNode({ run }), examined()), {
    verdict: 'warning',
    evidence: /^192\.0\.2\.1 took \d\.\d s$/,
  });
});
