import t from 'tap';
import { noteLockCount } from '../../../lib/keeper/lock-count.ts';
import { exampleService } from '../../support/example-service.ts';
import { lockManager } from './example-surroundings.ts';

const HERE = lockManager(7, 'kernel');
const SETTLED = exampleService({ graceEnd: 'settled', exports: ['/srv/a'] });

/** What is written down, where the store says this so far. */
async function noted(
  more: {
    readonly service?: typeof SETTLED;
    readonly before?: number | null;
    readonly holder?: string | null;
    readonly found?: typeof HERE | null;
    readonly phases?: readonly string[];
    readonly count?: (directories: readonly string[]) => Promise<number | null>;
    readonly local?: readonly string[];
  } = {},
) {
  const { service = SETTLED, before = null, holder = HERE.identity, found = HERE } = more;
  const { phases = ['capturing', 'capturing'], count = async () => 12 } = more;
  const written: unknown[] = [];
  let asked = 0;
  const kept = {
    store: { state: { lockCount: before, holder: { lockManager: holder } } },
    writer: { push: async (changes: readonly unknown[]) => void written.push(...changes) },
    recovering: {
      get phase() {
        return phases[asked++];
      },
    },
  } as unknown as Parameters<typeof noteLockCount>[1];
  await noteLockCount(service, kept, {
    localAddresses: () => new Set(more.local ?? SETTLED.addresses),
    atWork: async () => ({ lockManager: found, statd: null }),
    countLocks: async (directories) => ({ all: 40, own: await count(directories) }),
  });
  return written;
}

t.test('what the clients of the service hold is written down where it has changed', async (t) => {
  t.same(await noted(), [{ type: 'locks', count: 12 }]);
  t.same(await noted({ before: 11 }), [{ type: 'locks', count: 12 }]);
  t.same(await noted({ before: 12 }), []);
  const asked: unknown[] = [];
  const count = async (directories: readonly string[]) => asked.push(directories);
  t.same(await noted({ count }), [{ type: 'locks', count: 1 }]);
  t.same(asked, [['/srv/a']], 'those in its exports');
});

t.test('and only where that says how many there would be to reclaim', async (t) => {
  t.same(await noted({ service: exampleService({ ...SETTLED, graceEnd: 'full' }) }), [], 'nobody asks');
  t.same(await noted({ phases: ['recovering'] }), [], 'some are not back');
  t.same(await noted({ phases: ['capturing', 'recovering'] }), [], 'some are not back any more');
  t.same(await noted({ found: null }), [], 'they are gone');
  t.same(await noted({ found: lockManager(8, 'kernel') }), [], 'they are gone');
  t.same(await noted({ found: lockManager(7, 'ganesha'), holder: lockManager(7, 'ganesha').identity }), []);
  t.same(await noted({ local: [] }), [], 'exportfs may have dropped them');
  t.same(await noted({ count: () => Promise.reject(new Error('EIO')) }), [], 'it could not be seen');
  t.same(await noted({ count: async () => null }), [], 'an export is not there');
});
