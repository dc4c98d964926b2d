import t from 'tap';
import { built, Sandbox } from './sandbox.ts';

t.setTimeout(180_000);
const node = await Sandbox.create(t, built(t));
const NAME = 'ocf:lockferry:nfslock';
const SILENT = { code: 0, stdout: '', stderr: '' };
const VALIDATE = 'crm_resource --validate --class ocf --provider lockferry --agent nfslock'.split(' ');
const WRONG_IP = 'parameter ip: found "192.0.2.300", wanted addresses as 192.0.2.1 or 2001:db8::1, no prefix';

t.test('crm_resource --validate', async (t) => {
  const right = ['--option', 'shared_dir=/srv/locks', '--option', 'ip=192.0.2.1'];
  t.match(await node.run([...VALIDATE, ...right]), { code: 0, stderr: '' });
  t.match(await node.run([...VALIDATE, '--option', 'shared_dir=/srv/locks', '--option', 'ip=192.0.2.300']), {
    code: 6,
    stdout: new RegExp(`not configured: ${WRONG_IP.replace(/[.]/g, '\\.')}`),
  });
});

t.test('pcs resource create --agent-validation', async (t) => {
  await node.sh('cibadmin --empty >/run/pcs.xml');
  const create = (id: string, ip: string, dir: string) =>
    node.run(
      [
        'pcs',
        '-f',
        '/run/pcs.xml',
        'resource',
        'create',
        id,
        NAME,
        `shared_dir=${dir}`,
        `ip=${ip}`,
        '--agent-validation',
      ],
      { HOME: '/run' },
    );
  t.same(await create('one', '192.0.2.1', '/srv/one'), SILENT);
  t.match(await create('two', '192.0.2.300', '/srv/two'), {
    code: 1,
    stderr: new RegExp(WRONG_IP.slice(0, 40)),
  });
  const { stdout } = await node.sh('cat /run/pcs.xml');
  t.match(stdout, /<op name="start" interval="0s" timeout="60s"/);
  t.match(stdout, /<op name="stop" interval="0s" timeout="20s"/);
  t.match(stdout, /<op name="monitor" interval="10s" timeout="20s"/);
  t.match(stdout, /<op name="migrate_to" interval="0s" timeout="20s"/);
  t.match(stdout, /<op name="migrate_from" interval="0s" timeout="60s"/);
  t.match(
    await create('three', '192.0.2.3', '/srv/one'),
    { code: 1, stderr: /shared_dir.*one/s },
    'one store, one service',
  );
});

t.test('crm configure, on a file', async (t) => {
  const env = { HOME: '/run', CIB_file: '/run/crm.xml', TERM: 'dumb' };
  await node.sh(`cibadmin --empty | sed 's/<cib /<cib have-quorum="1" /' >/run/crm.xml`);
  const crm = (...words: string[]) => node.run(['crm', 'configure', ...words], env);
  t.match(await crm('property', 'stonith-enabled=false'), { code: 0 });
  const operations =
    'op start timeout=60s interval=0 op stop timeout=20s interval=0 op monitor interval=10s timeout=20s';
  const primitive = (id: string, what: string) => crm(...`primitive ${id} ${what} ${operations}`.split(' '));
  const control = await primitive('control', 'ocf:heartbeat:Dummy');
  const ours = await primitive('locks', `${NAME} params shared_dir=/srv/locks ip=192.0.2.1`);
  t.match(control, { code: 0 });
  t.same(ours, control, 'nothing is said that is not said about any resource');
  t.same(await crm('verify'), control, 'verify');
  t.match(await crm('show', 'locks'), { code: 0, stdout: /primitive locks ocf:lockferry:nfslock/ });
  t.match(
    await primitive('more', `${NAME} params shared_dir=/srv/more ip=192.0.2.2 capturee=watch`),
    { stderr: /capturee/ },
    'a misspelt parameter is found',
  );
});
