import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A path for a test's socket that fits into sockaddr_un (108 bytes), which a path in t.testdir() may not. */
export function socketPlace(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'lockferry-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return join(directory, 'keeper.sock');
}
