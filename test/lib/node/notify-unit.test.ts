import t from 'tap';
import { isSystemdBooted, notifyUnitState } from '../../../lib/node/notify-unit.ts';
import { FakeRoot } from './fake-root.ts';

t.test('the first place where it is counts', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await notifyUnitState(root.path), 'absent');
  root.put({ 'lib/systemd/system/rpc-statd-notify.service': '[Unit]' });
  t.equal(await notifyUnitState(root.path), 'there');
  root.link('run/systemd/system/rpc-statd-notify.service', '/dev/null');
  t.equal(await notifyUnitState(root.path), 'masked');
  root.put({ 'etc/systemd/system/rpc-statd-notify.service': '[Unit]' });
  t.equal(await notifyUnitState(root.path), 'there');
});

t.test('systemd runs where it has its directory', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.notOk(await isSystemdBooted(root.path));
  root.put({ 'run/systemd/system/x': '' });
  t.ok(await isSystemdBooted(root.path));
});
