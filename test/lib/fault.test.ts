import t from 'tap';
import { errnoOf, evidenceOf, Fault, sentenceOf } from '../../lib/fault.ts';

t.test('a fault carries its code, its facts and its cause', async (t) => {
  const cause = new Error('EIO: i/o error');
  const fault = new Fault('failed', 'cannot write', { subject: '/srv/a', cause });
  t.match(fault, {
    name: 'Fault',
    code: 'failed',
    message: 'cannot write',
    facts: { subject: '/srv/a' },
    cause,
  });
  t.same(new Fault('not-ours', 'no').facts, {});
  t.notOk('cause' in new Fault('not-ours', 'no'));
});

t.test('the errno of what came from the system, and of nothing else', async (t) => {
  t.equal(errnoOf(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT');
  t.equal(errnoOf(Object.assign(new Error('x'), { code: 5 })), undefined);
  t.equal(errnoOf(new Error('x')), undefined);
  t.equal(errnoOf('ENOENT'), undefined);
});

t.test('one sentence for an error of any kind', async (t) => {
  const cause = new Error('disk full');
  t.equal(sentenceOf(new Fault('failed', 'cannot write', { cause })), 'cannot write: disk full');
  t.equal(sentenceOf(new Fault('failed', 'cannot write: disk full', { cause })), 'cannot write: disk full');
  t.equal(sentenceOf(new Error('alone')), 'alone');
  t.equal(sentenceOf('odd'), 'odd');
});

t.test('what was found, what is wanted and the cure are said, each once', async (t) => {
  const both = [sentenceOf, evidenceOf] as const;
  const found = new Fault('bad-parameter', 'parameter ip', { found: '"x\n"', wanted: 'an address' });
  for (const said of both) t.equal(said(found), 'parameter ip: found "x\\n", wanted an address');
  const curable = new Fault('failed', 'it broke', { cure: 'mend it' });
  t.equal(sentenceOf(curable), 'it broke; mend it');
  t.equal(evidenceOf(curable), 'it broke', 'the cure stands beside it');
  const all = new Fault('not-ours', 'store of version 9', { found: 'version 9', wanted: '1', cure: 'go' });
  t.equal(
    sentenceOf(all),
    'store of version 9; go (wanted 1)',
    'what the message says already is not repeated',
  );
  const again = new Fault(all.code, evidenceOf(all), all.facts);
  t.equal(
    sentenceOf(again),
    'store of version 9: wanted 1; go',
    'nor what a sentence that was handed on says',
  );
  t.equal(sentenceOf(new Error('no start', { cause: found })), `no start: ${sentenceOf(found)}`);
  t.equal(sentenceOf(new Fault('failed', 'f', { found: 'y'.repeat(300) })), `f: found ${'y'.repeat(197)}...`);
});
