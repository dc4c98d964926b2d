import t from 'tap';
import { answerTo } from '../../../../lib/recover/notifier/answer.ts';

const reply = (hex: string): Buffer => Buffer.from(`00000001${hex}`, 'hex');
const accepted = '000000010000000000000000000000000000000000000000'.slice(0, 40);
const address = '10.0.0.1';

t.test('what a host says', async (t) => {
  t.equal(answerTo({ about: 0, address }, reply(accepted)), 'told');
  t.strictSame(answerTo({ about: 'udp', address }, reply(`${accepted}0000ba90`)), { port: 47760 });
  t.strictSame(answerTo({ about: 'tcp', address }, reply(`${accepted}00000000`)), { port: 0 });
  t.equal(
    answerTo({ about: 0, address }, reply('000000010000000000000000000000000000000100000000')),
    'refused',
  );
  t.equal(answerTo({ about: 'udp', address }, reply('00000001000000010000000100000005')), 'refused');
});

t.test('rubbish is no answer', async (t) => {
  t.equal(answerTo({ about: 0, address }, Buffer.alloc(4)), undefined);
  t.equal(answerTo({ about: 'udp', address }, reply(accepted)), undefined, 'no port in it');
  t.equal(answerTo({ about: 'udp', address }, reply(`${accepted}ffffffff`)), undefined, 'an impossible port');
});
