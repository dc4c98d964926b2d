import t from 'tap';
import { ExitCode, sealed } from '../../../lib/ocf/exit-code.ts';

t.test('the codes are those of OCF 1.1', async (t) => {
  t.same(ExitCode, {
    success: 0,
    error: 1,
    badNode: 2,
    unimplemented: 3,
    notInstalled: 5,
    misconfigured: 6,
    notRunning: 7,
    degraded: 190,
  });
});

t.test("no sealed code is one of Node.js's own, of a shell's or a signal's", async (t) => {
  const taken = new Set([...Array(15).keys(), 126, 127, ...Array.from({ length: 65 }, (_, n) => 128 + n)]);
  for (const code of Object.values(ExitCode)) {
    t.notOk(taken.has(sealed(code)), String(code));
    t.ok(sealed(code) < 256);
  }
});
