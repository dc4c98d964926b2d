import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { progressOfSteps, progressOn } from '../../../lib/cli/progress.ts';
import { terminal } from './reports.ts';

t.test('plain lines where no person looks: the first, one a second, the last', async (t) => {
  const { written, stderr } = terminal();
  const progress = progressOn(stderr, 500, 'clients told');
  for (let done = 1; done <= 300; done += 1) progress.update(done);
  t.equal(written.err, 'lockferry: 1 of 500 clients told\n');
  await pause(1010);
  progress.update(301);
  progress.update(301);
  progress.update(302);
  progress.end();
  t.match(written.err.split('\n').slice(1), [
    'lockferry: 301 of 500 clients told',
    'lockferry: 302 of 500 clients told',
    '',
  ]);
});

t.test('nothing is said where nothing happens', async (t) => {
  const { written, stderr } = terminal();
  progressOn(stderr, 5, 'clients told').end();
  t.equal(written.err, '');
});

t.test('a bar on a terminal, drawn on one line', async (t) => {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const progress = progressOn(output, 4, 'clients told');
  progress.update(3);
  await pause(200);
  progress.update(4);
  progress.end();
  const drawn = String(output.read());
  t.match(drawn, /#{30} 4 of 4 clients told/);
  t.match(drawn, /#{22,23}-{7,8} 3 of 4 clients told/);
  t.equal(drawn.split('\n').length, 2);
});

t.test('one thing after another', async (t) => {
  const { written, stderr } = terminal();
  const { onStep, end } = progressOfSteps(stderr);
  onStep({ what: 'files examined', done: 1, total: 3 });
  onStep({ what: 'files examined', done: 2, total: 3 });
  onStep({ what: 'files conveyed', done: 3, total: 4 });
  end();
  t.equal(
    written.err,
    ['1 of 3 files examined', '2 of 3 files examined', '3 of 4 files conveyed', '']
      .join('\n')
      .replaceAll(/^(?=\d)/gm, 'lockferry: '),
  );
  progressOfSteps(stderr).end();
});
