import t from 'tap';
import { certainGrace } from '../../../lib/recover/certain-grace.ts';

const WARM = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 } as const;

t.test('grace is off only where that is certain', async (t) => {
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const answering = (...answers: (boolean | null | Error)[]) => ({
    log,
    isGraceOn: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? null;
    },
  });
  t.equal(await certainGrace(answering(true), null), 'unknown');
  t.equal(await certainGrace(answering(true), WARM), 'on');
  t.equal(await certainGrace(answering(false, false), WARM), 'off');
  t.equal(await certainGrace(answering(false, true), WARM), 'on', 'asked twice');
  t.equal(await certainGrace(answering(null, false), WARM), 'unknown', 'nfsd has no threads');
  t.equal(await certainGrace(answering(false, null), WARM), 'unknown', 'or loses them just now');
  t.equal(await certainGrace(answering(false), { ...WARM, startedAt: Date.now() }), 'unknown', 'too young');
  t.same(logged, []);
  t.equal(await certainGrace(answering(new Error('D-Bus')), WARM), 'unknown');
  t.same(logged, ['grace-unknown']);
});
