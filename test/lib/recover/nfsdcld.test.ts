import t from 'tap';
import { nfsdcldRuns, withoutNfsdcld } from '../../../lib/recover/nfsdcld.ts';
import { FakeRoot } from '../node/fake-root.ts';

t.test('is it there?', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await nfsdcldRuns(root.path), false);
  t.equal(await nfsdcldRuns(root.process(60, 'nfsdcld').path), true);
});

t.test('it is away during the action and back afterwards, with systemd and without', async (t) => {
  const root = new FakeRoot(t.testdir());
  const order: string[] = [];
  const run = async (command: readonly string[]) => {
    order.push(command.join(' '));
    return '';
  };
  const action = async () => {
    order.push('action');
  };
  await withoutNfsdcld(action, run, root.path);
  t.same(order.splice(0), ['pkill -x nfsdcld', 'action', 'nfsdcld']);
  root.put({ 'run/systemd/system/x': '' });
  const failing = withoutNfsdcld(() => Promise.reject(new Error('no threads')), run, root.path);
  await t.rejects(failing, { message: 'no threads' });
  t.same(order, ['systemctl stop nfsdcld.service', 'systemctl start nfsdcld.service']);
});
