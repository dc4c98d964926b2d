import t from 'tap';
import { PARTS, type Part, partsIn, setupText } from '../../../lib/cli/setup-file.ts';

t.test('what is written is found again', (t) => {
  const sets: Part[][] = [[...PARTS], ['callout'], ['sm-notify'], ['unit', 'sm-notify']];
  for (const parts of sets) t.same(partsIn(setupText(new Set(parts)) ?? ''), new Set(parts), parts.join());
  t.equal(setupText(new Set()), null);
  t.same(partsIn('[statd]\n no-notify = 1\n'), new Set(['sm-notify']), 'by hand');
  t.same(partsIn('# ha-callout=x\nport=1\n'), new Set());
  t.end();
});

t.test('the file', (t) => {
  t.equal(
    setupText(new Set(PARTS)),
    `# Written by "lockferry setup"; "lockferry setup --undo" takes it away.
# It has masked rpc-statd-notify.service, too.
[statd]
ha-callout=/usr/share/lockferry/statd-callout
no-notify=1
[sm-notify]
lift-grace=n
`,
  );
  t.end();
});
