import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { asReason, reasonOf } from '../../../lib/ocf/reason.ts';

t.test('a fault becomes one line with what was found, what is wanted and the cure', async (t) => {
  t.equal(reasonOf(new Fault('failed', 'it broke')), 'it broke');
  t.equal(
    reasonOf(new Fault('bad-parameter', 'parameter ip', { found: '"x"', wanted: 'an address' })),
    'parameter ip: found "x", wanted an address',
  );
  t.equal(reasonOf(new Fault('failed', 'it broke', { cure: 'mend it' })), 'it broke; mend it');
  t.equal(
    reasonOf(new Fault('failed', 'no answer', { cause: new Error('connect ENOENT') })),
    'no answer: connect ENOENT',
  );
});

t.test('any other error says what it is', async (t) => {
  t.equal(reasonOf(new TypeError('x is undefined\n  at y')), 'x is undefined\\n  at y');
  t.equal(reasonOf('just text'), 'just text');
});

t.test('what a stranger wrote ends no line, and leaves room for what is wanted', async (t) => {
  const found = `"${'$(reboot)\n'.repeat(50)}"`;
  const reason = reasonOf(
    new Fault('bad-parameter', 'parameter shared_dir', { found, wanted: 'an absolute path' }),
  );
  t.match(reason, /^parameter shared_dir: found "\$\(reboot\)\\n.*\.\.\., wanted an absolute path$/);
  t.ok(reason.length <= 128);
});

t.test('a reason is cut where Pacemaker cuts it, and says so', async (t) => {
  const reason = reasonOf(new Fault('failed', 'x'.repeat(100), { cure: 'y'.repeat(100) }));
  t.equal(reason.length, 128);
  t.match(reason, /\.\.\.$/);
  t.equal(asReason('x'.repeat(300)).length, 128);
});

t.test('where there is little room, the cure comes before what was found', async (t) => {
  const facts = { found: 'f'.repeat(300), wanted: 'something else', cure: 'get another one' };
  const reason = reasonOf(new Fault('not-ours', 'a store of somebody else, as its name says', facts));
  t.match(
    reason,
    /^a store of somebody else, as its name says; get another one \(found f{41}\.\.\., wanted /,
  );
  t.ok(reason.length <= 128);
});

t.test('making a reason of a reason changes nothing', async (t) => {
  const once = asReason('a\nb\\n');
  t.equal(once, 'a\\nb\\n');
  t.equal(asReason(once), once);
});
