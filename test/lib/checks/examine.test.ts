import t from 'tap';
import type { Check } from '../../../lib/checks/check.ts';
import { examine } from '../../../lib/checks/examine.ts';
import type { Found } from '../../../lib/checks/finding.ts';
import { examined, exampleCib, exampleNode, NFSLOCK } from './example-node.ts';

const ok = (evidence: string): Found => ({ verdict: 'ok', evidence });
const said = { about: 'a', consequence: 'c' };
const CHECKS: readonly Check[] = [
  { of: 'node', code: 'n', ...said, look: async (_, { lockManager }) => ok(lockManager) },
  { of: 'service', code: 's', ...said, look: async (_, { name }) => ok(name) },
  { of: 'cluster', code: 'c', ...said, look: async ({ primitives }) => ok(String(primitives.length)) },
  { of: 'resource', code: 'r', ...said, look: async (_, { name }) => ok(name) },
];
const cluster = async () => exampleCib(NFSLOCK);
const summary = (list: readonly { code: string; service: string | null; evidence: string }[]) =>
  list.map(({ code, service, evidence }) => `${service}/${code}: ${evidence}`);

t.test('each check is made of what it is about', async (t) => {
  const services = [examined({ lockManager: 'ganesha' }), examined({ name: 'nfs-b' })];
  t.same(summary(await examine(CHECKS, exampleNode({ cluster }), services)), [
    'null/n: ganesha',
    ...['nfs-a/s: nfs-a', 'nfs-b/s: nfs-b', 'null/c: 1', 'nfs-a/r: nfs-a', 'nfs-b/r: nfs-b'],
  ]);
  t.same(summary(await examine(CHECKS, exampleNode({ cluster }), [])), ['null/n: auto', 'null/c: 1']);
  t.same(summary(await examine(CHECKS, exampleNode(), [examined()])), ['null/n: auto', 'nfs-a/s: nfs-a']);
  t.match(await examine(CHECKS.slice(0, 1), exampleNode(), []), [
    { ...said, code: 'n', took: Number, verdict: 'ok' },
  ]);
});

t.test('what fails or hangs is not known', async (t) => {
  const looks = [() => Promise.reject(new Error('EIO')), () => new Promise<never>(() => undefined)];
  const checks = looks.map((look): Check => ({ of: 'node', code: 'x', ...said, look }));
  t.match(await examine(checks, exampleNode(), [], 50), [
    { verdict: 'unknown', evidence: 'EIO' },
    { verdict: 'unknown', evidence: 'it did not end within 0.05 s' },
  ]);
});
