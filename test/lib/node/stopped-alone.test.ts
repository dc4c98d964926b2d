import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { wasStoppedAlone } from '../../../lib/node/stopped-alone.ts';

t.test('the cluster is asked for a target-role of the resource itself', async (t) => {
  const asked: string[] = [];
  const run = (exitCode: number) => async (command: readonly string[], timeout: number) => {
    asked.push(command.join(' '));
    t.ok(timeout <= 2000, 'a cluster that shuts down must not hold up a stop');
    return { exitCode, stdout: '', stderr: '' };
  };
  t.equal(await wasStoppedAlone('nfs-a', run(0)), true);
  t.equal(await wasStoppedAlone('nfs-a', run(105)), false, 'no such element (CRM_EX_NOSUCH)');
  t.match(asked[0], "cibadmin --query --local --xpath //primitive[@id='nfs-a']/");
});

t.test('where the cluster does not answer, the answer is no', async (t) => {
  const hung = () => Promise.reject(new Fault('timed-out', 'cibadmin did not end'));
  t.equal(await wasStoppedAlone('nfs-a', hung), false);
  t.equal(await wasStoppedAlone('no-such-resource'), false);
});
