import t from 'tap';
import type { Examined } from '../../../lib/checks/examine.ts';
import { doctorText } from '../../../lib/cli/doctor-text.ts';

const finding = (code: string, more: object): Examined =>
  ({
    ...{ code, service: null, about: `the ${code}`, consequence: 'Locks are lost.', took: 1 },
    ...more,
  }) as Examined;

t.test('what is well, then the others, the worst last, then the sum', (t) => {
  const text = doctorText('n1', [
    finding('clocks', {
      verdict: 'ok',
      evidence: 'nothing in the cluster happened later than now; no time service was asked',
    }),
    finding('name-service', { verdict: 'warning', evidence: 'slow', cure: 'name them', service: 'nfs-a' }),
    finding('cluster', { verdict: 'unknown', evidence: 'no answer' }),
    finding('fencing', {
      verdict: 'bad',
      evidence: `off${' and off'.repeat(10)}\x1b[2J`,
      cure: 'turn it on',
    }),
    finding('shared-storage', { verdict: 'ok', evidence: 'shared', service: 'nfs-a' }),
  ]);
  t.equal(
    text,
    `ok       clocks           nothing in the cluster happened later than now; no
                          time service was asked
ok       nfs-a/shared-storage
                          shared

UNKNOWN  cluster: the cluster
  found  no answer
  so     Locks are lost.

WARNING  nfs-a/name-service: the name-service
  found  slow
  so     Locks are lost.
  cure   name them

BAD      fencing: the fencing
  found  off and off and off and off and off and off and off and off and off and
         off and off\\x1b[2J
  so     Locks are lost.
  cure   turn it on

n1: 1 bad, 1 warning, 1 unknown, 2 ok
`,
  );
  t.ok(text.split('\n').every((line) => line.length <= 80));
  t.end();
});
