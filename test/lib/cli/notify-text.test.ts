import t from 'tap';
import { notifyText } from '../../../lib/cli/notify-text.ts';

const entry = { number: 9, names: { vip: 'answered' }, at: 1_764_000_000_500 };

t.test('what became of a round', async (t) => {
  const text = notifyText({
    ...{
      service: 'nfs-a',
      stateNumber: 9,
      names: ['192.0.2.10', 'vip'],
      end: 'time-over',
      problems: ['no\\x1b'],
    },
    clients: [
      { client: 'a', phase: 'told', told: true, ...entry },
      { client: 'b', phase: 'conveyed', told: false, ...entry, names: { vip: 'unanswered' } },
    ],
  });
  t.equal(
    text,
    `1 of 2 clients told as 192.0.2.10, vip with state number 9: time is over
nfs-a: 2 clients
  a  told      9           2025-11-24T16:00:00Z
    vip answered
  b  conveyed  9           2025-11-24T16:00:00Z
    vip unanswered
  problem: no\\x1b
`,
  );
});

t.test('nobody', async (t) => {
  const nobody = { service: null, stateNumber: 9, names: ['vip'], end: 'complete', problems: [] } as const;
  t.equal(notifyText({ ...nobody, clients: [] }), 'nobody is to be told\nstatd directory: 0 clients\n');
});
