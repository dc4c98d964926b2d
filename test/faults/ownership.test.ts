import fc from 'fast-check';
import t from 'tap';
import { claimEpoch, type Disk, readStore } from '../../lib/store/index.ts';
import { HOLDER } from '../lib/store/arbitraries.ts';
import { memoryDisk } from './memory-disk.ts';
import { DIRECTORY, Writer } from './ownership/writers.ts';

/** A store with a history, and writers that will take it over. */
async function stage(commits: readonly number[]) {
  const disk = memoryDisk(new Map());
  const writers: Writer[] = [];
  const promised = () => {
    const newest = newestOf(writers);
    // Who was overtaken may be told whatever he likes: his locks are not granted to anybody any more.
    return newest === null ? new Set<string>() : new Set([...newest.owed, ...newest.acknowledged]);
  };
  const join = (name: string, count: number) => {
    const writer = new Writer(name, disk, count, promised);
    writers.push(writer);
    return writer;
  };
  await join('first', 1).run();
  const others = commits.map((count, index) => join(`w${index}`, count));
  return { disk, writers, others, promised };
}

function newestOf(writers: readonly Writer[]): Writer | null {
  const claimed = writers.filter(({ epoch }) => epoch > 0);
  return claimed.reduce<Writer | null>((best, one) => (one.epoch > (best?.epoch ?? 0) ? one : best), null);
}

/** What a reader would not find who comes at this moment. */
async function lost(disk: Disk, promised: ReadonlySet<string>): Promise<string[]> {
  const { current, inherited } = await readStore(DIRECTORY, disk);
  return [...promised].filter((client) => !current.has(client) && !inherited.has(client));
}

/** Once all have ended, the newest owner's store is what he thinks it is, and whoever comes next finds that. */
async function verdict({
  disk,
  writers,
  promised,
}: Awaited<ReturnType<typeof stage>>): Promise<string | null> {
  const newest = newestOf(writers);
  if (newest?.store == null) return 'nobody owns the store';
  const { epoch, current, inherited, damage } = await readStore(DIRECTORY, disk);
  const own = newest.store.state;
  if (epoch !== newest.epoch) return `epoch ${epoch} is read, ${newest.epoch} is the newest`;
  const plain = (files: ReadonlyMap<string, unknown>) => JSON.stringify([...files].sort());
  if (plain(current) !== plain(own.current)) return 'what was captured is not what its owner captured';
  if (plain(inherited) !== plain(own.inherited)) return 'what was inherited is not what its owner inherited';
  if (damage.length > 0) return `damage: ${JSON.stringify(damage)}`;
  const gone = await lost(disk, promised());
  if (gone.length > 0) return `${gone} is missing`;
  const claim = await claimEpoch({ dir: DIRECTORY, service: 'a', holder: HOLDER, disk });
  return claim.epoch > epoch && claim.former?.epoch === epoch ? null : 'the next owner starts from elsewhere';
}

/** One writer, then another, then the first again, each for so many calls; then both to their ends. */
async function switched(first: number, second: number, more: number): Promise<string | null> {
  const scene = await stage([14, 4]);
  const [one, other] = scene.others as [Writer, Writer];
  for (const [writer, calls] of [
    [one, first],
    [other, second],
    [one, more],
    [other, Infinity],
    [one, Infinity],
  ] as const) {
    await writer.run(calls);
    const gone = await lost(scene.disk, scene.promised());
    if (gone.length > 0) return `${gone} is missing meanwhile`;
  }
  return verdict(scene);
}

async function callsOf(commits: number): Promise<number> {
  const { others } = await stage([commits]);
  await others[0]?.run();
  return Number(others[0]?.calls);
}

t.test(
  'a writer that is paused at any call and wakes up after another took over changes nothing',
  async (t) => {
    const wrong: string[] = [];
    const [one, other] = [await callsOf(14), await callsOf(4)];
    for (let first = 0; first <= one; first++) {
      for (let second = 0; second <= other; second++) {
        const found = await switched(first, second, Infinity);
        if (found !== null) wrong.push(`${first} calls, then ${second} of the other: ${found}`);
      }
    }
    t.same(wrong.slice(0, 5), [], `${one + 1} by ${other + 1} pauses`);
  },
);

t.test('nor do three of them in any order of their calls', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 60 })), { maxLength: 12 }),
      async (turns) => {
        const scene = await stage([14, 8, 4]);
        for (const [who, calls] of turns) {
          await scene.others[who]?.run(calls);
          const gone = await lost(scene.disk, scene.promised());
          if (gone.length > 0) throw new Error(`${gone} is missing meanwhile`);
        }
        for (const writer of scene.others) await writer.run();
        const found = await verdict(scene);
        if (found !== null) throw new Error(found);
      },
    ),
    { numRuns: 400 },
  );
  t.pass('400 orders');
});
