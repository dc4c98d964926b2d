import t from 'tap';
import { nfslockParameters } from '../../agents/nfslock-parameters.ts';
import { wrongParameters } from '../agents/wrong-parameters.ts';
import { built, RIGHT, Sandbox } from './sandbox.ts';

t.setTimeout(180_000);
const node = await Sandbox.create(t, built(t));
const PROBE = { OCF_RESKEY_CRM_meta_interval: '0' };

t.test('each wrong value: validate-all and start 6 with a reason, a probe 7, stop 0', async (t) => {
  for (const { name, value, shown } of wrongParameters) {
    const { [`OCF_RESKEY_${name}`]: _, ...others } = RIGHT;
    const env = value === undefined ? others : { ...others, [`OCF_RESKEY_${name}`]: value };
    const reason = `ocf-exit-reason:parameter ${name}: found ${shown}, wanted ${nfslockParameters[name].wanted}\n`;
    const what = `${name}=${JSON.stringify(value)}`;
    t.same(
      await node.agent('validate-all', env),
      { code: 6, stdout: '', stderr: reason },
      `validate-all ${what}`,
    );
    t.same(await node.agent('start', env), { code: 6, stdout: '', stderr: reason }, `start ${what}`);
    const quiet = { stdout: '', stderr: '' };
    t.same(await node.agent('monitor', { ...env, ...PROBE }), { code: 7, ...quiet }, `probe ${what}`);
    t.same(await node.agent('stop', env), { code: 0, ...quiet }, `stop ${what}`);
  }
  t.same((await node.sh('ls /tmp/lockferry-was-here /run/lockferry')).stdout, '', 'nothing was run or made');
});

t.test('a name that could lead elsewhere is never used as a path', async (t) => {
  await node.sh('mkdir -p /run/lockferry/services /run/victim && touch /run/victim/service.json');
  for (const name of ['../../victim', '..', '.', 'a/b', '$(reboot)', 'a b', 'a\nb', '-rf', 'x'.repeat(200)]) {
    const env = { ...RIGHT, OCF_RESOURCE_INSTANCE: name };
    const what = JSON.stringify(name).slice(0, 20);
    t.match(
      await node.agent('start', env),
      { code: 6, stderr: /^ocf-exit-reason:resource name [^\n]*\n$/ },
      what,
    );
    t.same(await node.agent('monitor', env), { code: 7, stdout: '', stderr: '' }, what);
    t.same(await node.agent('stop', env), { code: 0, stdout: '', stderr: '' }, what);
  }
  t.same((await node.sh('ls /run/victim')).stdout, 'service.json\n');
});

t.test(
  'what depends on the node is not judged by validate-all, but by its level 10 and by start',
  async (t) => {
    const none = { ...RIGHT, OCF_RESKEY_statd_dir: '/nonexistent' };
    const reason = "ocf-exit-reason:statd's directory /nonexistent does not exist; correct statd_dir\n";
    t.same(await node.agent('validate-all', none), { code: 0, stdout: '', stderr: '' });
    t.same(await node.agent('validate-all', { ...none, OCF_CHECK_LEVEL: '10' }), {
      code: 2,
      stdout: '',
      stderr: reason,
    });
    t.same(await node.agent('start', none), { code: 2, stdout: '', stderr: reason });
    const ganesha = { ...RIGHT, OCF_RESKEY_lock_manager: 'ganesha' };
    await node.sh('mount --bind /dev/null /usr/bin/dbus-send');
    t.match(await node.agent('start', ganesha), {
      code: 5,
      stderr: /: ?dbus-send is not installed.*; install dbus\n$/,
    });
    await node.sh('umount /usr/bin/dbus-send');
  },
);

t.test('what is right is silent at both levels', async (t) => {
  t.same(await node.agent('validate-all', RIGHT), { code: 0, stdout: '', stderr: '' });
  const deep = { ...RIGHT, OCF_CHECK_LEVEL: '10' };
  t.same(await node.agent('validate-all', deep), { code: 0, stdout: '', stderr: '' });
});
