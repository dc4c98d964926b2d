import t from 'tap';
import { openGrace } from '../../../lib/recover/open-grace.ts';
import type { OpenGraceOptions } from '../../../lib/recover/open-grace-kernel.ts';

t.test("the kernel's grace is opened so that no neighbour loses a lock", async (t) => {
  const kernel = async (options: OpenGraceOptions) => {
    t.match(options, { neighbours: true, needed: 20_000 });
    await t.rejects(options.beforeDrop(), { code: 'bad-node' });
    return 'pinned' as const;
  };
  t.plan(2);
  await openGrace('kernel', 3, null, { kernel, length: async () => 90_000 });
});

t.test('what is left of a period must do for the number of clients', async (t) => {
  const wanted: number[] = [];
  const kernel = async ({ needed }: OpenGraceOptions) => {
    wanted.push(needed);
    return 'already' as const;
  };
  await openGrace('kernel', 2000, null, { kernel, length: async () => 90_000 });
  t.same(wanted, [40_000]);
});

t.test('locks are dropped only where the duty to tell is made durable first', async (t) => {
  const ways = {
    pinned: 'kept',
    already: 'kept',
    starting: 'kept',
    threads: 'restarted',
    sigkill: 'restarted',
  };
  for (const [way, result] of Object.entries(ways)) {
    let duties = 0;
    const kernel = async ({ beforeDrop }: OpenGraceOptions) => {
      if (result === 'restarted') await beforeDrop();
      return way as 'pinned';
    };
    t.equal(await openGrace('kernel', 3, async () => void duties++, { kernel }), result, way);
    t.equal(duties, result === 'restarted' ? 1 : 0);
  }
});

t.test("NFS-Ganesha's is started, and seen to be on", async (t) => {
  const did: string[] = [];
  const start = async () => void did.push('start');
  const isOn = async () => did.push('look') >= 4;
  await openGrace('ganesha', 3, null, { start, isOn });
  t.same(did, ['start', 'look', 'look', 'look']);
});

t.test("NFS-Ganesha's does not come on", async (t) => {
  const means = { start: async () => undefined, isOn: async () => false, within: 60 };
  await t.rejects(openGrace('ganesha', 3, null, means), { code: 'timed-out', facts: { cure: /Graceless/ } });
});
