import { join } from 'node:path';
import t from 'tap';
import { type ClientsOptions, clients } from '../../../lib/cli/clients.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { fileOf } from '../store/arbitraries.ts';
import { byHand, leave, SERVICE } from './by-hand.ts';
import { brokenService, serviceOf, terminal } from './reports.ts';

async function ran(options: Partial<ClientsOptions>, means: Parameters<typeof clients>[2]) {
  const { written, ...streams } = terminal();
  const code = await clients(
    { service: undefined, sharedDir: undefined, json: false, ...options },
    streams,
    means,
  );
  return { code, ...written };
}

t.test('those of a store', async (t) => {
  const { dir, means } = byHand(t);
  await leave(dir, [fileOf('192.0.2.1')]);
  t.match(await ran({ sharedDir: dir }, means), {
    code: 0,
    out: /^nfs-\d+: 1 client\n {2}192\.0\.2\.1 {2}recorded {2}-/,
  });
  const { code, out } = await ran({ sharedDir: dir, json: true }, means);
  t.equal(code, 0);
  t.strictSame(JSON.parse(out), {
    services: [
      {
        ...{ service: SERVICE, sharedDir: dir, problem: null },
        clients: [{ client: '192.0.2.1', phase: 'recorded', number: null, names: {}, at: 1_764_000_000_000 }],
      },
    ],
  });
});

t.test('those of the services of this node, whose stores their run-time directories name', async (t) => {
  const { dir, means, runtime, root } = byHand(t);
  t.match(await ran({}, means), { code: 0, out: 'No service is started on this node.\n' });
  await leave(dir, [fileOf('192.0.2.1')]);
  await new RuntimeDirectory('nfs-a', runtime).create({ ...serviceOf('nfs-a'), sharedDir: dir });
  t.match(await ran({ service: 'nfs-a' }, means), { code: 0, out: /192\.0\.2\.1/ });
  await new RuntimeDirectory('nfs-b', runtime).create({
    ...serviceOf('nfs-b'),
    sharedDir: join(root, 'none'),
  });
  await brokenService(runtime, 'nfs-c');
  const { code, out } = await ran({ json: true }, means);
  t.equal(code, 1, 'one store cannot be read, and the others are listed');
  t.match(JSON.parse(out).services, [
    { service: SERVICE, problem: null, clients: [{ client: '192.0.2.1' }] },
    { service: 'nfs-b', problem: /ENOENT/, clients: null },
    { service: 'nfs-c', problem: /does not describe a service/, clients: null, sharedDir: null },
  ]);
  await t.rejects(ran({ service: 'nfs-d' }, means), {
    code: 'bad-parameter',
    message: 'no service nfs-d is started on this node',
  });
});
