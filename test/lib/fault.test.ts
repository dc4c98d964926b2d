import t from 'tap';
import { errnoOf, Fault, sentenceOf } from '../../lib/fault.ts';

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
