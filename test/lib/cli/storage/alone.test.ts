import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { workAlone } from '../../../../lib/cli/storage/alone.ts';

const MODULE = fileURLToPath(new URL('../../../../lib/cli/storage/alone.js', import.meta.url));

t.test('one process at a time for a service, and its death makes room', async (t) => {
  const service = `nfs-${process.pid}`;
  const script = `import(process.argv[1]).then(({ workAlone }) => workAlone(process.argv[2]))
    .then(() => { console.log('alone'); setInterval(() => {}, 1000); });`;
  const other = spawn(process.execPath, ['-e', script, MODULE, service], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  await t.rejects(workAlone(service), {
    code: 'not-ours',
    message: `another lockferry command works on the store of ${service}`,
  });
  await workAlone(`${service}-other`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await workAlone(service);
  await workAlone(service);
});

t.test('another failure is said as it is', async (t) => {
  const net = await import('node:net');
  const { listen } = net.Server.prototype;
  t.teardown(() => {
    net.Server.prototype.listen = listen;
  });
  net.Server.prototype.listen = function (this: InstanceType<typeof net.Server>) {
    queueMicrotask(() => this.emit('error', Object.assign(new Error('listen EMFILE'), { code: 'EMFILE' })));
    return this;
  } as typeof listen;
  await t.rejects(workAlone('nfs'), { code: 'failed', message: /could not be had/ });
});
