import t from 'tap';
import { setupDifference } from '../../../lib/cli/setup-difference.ts';

t.test('as diff -u shows it, and nothing that steers a terminal', (t) => {
  const changes = [
    { path: '/etc/a', before: '1\n2\x1b\n3\n', after: '1\n4\n3\n' },
    { path: '/etc/b', before: null, after: '/dev/null' },
  ];
  t.equal(
    setupDifference(changes),
    `--- /etc/a
+++ /etc/a
@@ -1,3 +1,3 @@
 1
-2\\x1b
+4
 3
--- /dev/null
+++ /etc/b
@@ -0,0 +1,1 @@
+/dev/null
\\\\ No newline at end of file
`,
  );
  t.end();
});
