import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { buildNfsService, type NfsService } from '../nfs-service.ts';
import { Narrator, WentWrong } from './narrator.ts';
import { type Ending, story } from './story.ts';

/** Seconds of grace: long enough for a busy machine, short enough for a patient reader. */
const GRACE = 12;

const INTRODUCTION = `
Two cluster nodes n1 and n2 (Corosync, Pacemaker with fencing, rpc.statd, NFS-Ganesha) and two clients c1 and c2
run on this machine, each in namespaces of its own. The nodes export a shared directory through a floating address.
`;

/** What must be true in the end, and how it is told. */
interface Part {
  readonly title: string;
  readonly lockferry: boolean;
  readonly wanted: Ending;
  readonly moral: string;
}

const PARTS: readonly Part[] = [
  {
    title: '1. With Lockferry: the group is nfslock, Ganesha, address',
    lockferry: true,
    wanted: { competitor: 'NLM4_DENIED', believed: 1, told: true },
    moral: 'c1 still has its lock, and c2 does not get it. The lock has survived the death of its server.',
  },
  {
    title: '2. The same without Lockferry: the group is Ganesha, address',
    lockferry: false,
    wanted: { competitor: 'NLM4_GRANTED', believed: 1, told: false },
    moral:
      'c1 was told nothing and still believes that it holds the lock, which c2 has now: both will write.',
  },
];

/** Builds a lab of its own for one part and plays it; logs are kept where it went wrong. */
async function play(part: Part, narrator: Narrator): Promise<void> {
  const began = Date.now();
  narrator.say(`\n${part.title}`);
  const service = await buildNfsService({ lockferry: part.lockferry, grace: GRACE, lease: 2 });
  narrator.say(`           (cluster and clients built in ${((Date.now() - began) / 1000).toFixed(1)} s)`);
  try {
    const ending = await story(service, part.lockferry, narrator);
    check(part, ending);
    narrator.say(`   => ${part.moral}`);
  } catch (error) {
    narrator.say(`   => went wrong; logs are kept in ${await keepLogs(service)}`);
    throw error;
  } finally {
    await service.lab.destroy();
  }
}

function check({ wanted }: Part, ending: Ending): void {
  if (isDeepStrictEqual(ending, wanted)) return;
  throw new WentWrong(`it ended as ${JSON.stringify(ending)}; it must end as ${JSON.stringify(wanted)}`);
}

async function keepLogs({ lab }: NfsService): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lockferry-demo-'));
  await cp(lab.logs, directory, { recursive: true });
  return directory;
}

async function main(): Promise<void> {
  const began = Date.now();
  console.log(INTRODUCTION.trim());
  for (const part of PARTS) await play(part, new Narrator());
  console.log(`\nBoth went as they must, in ${Math.round((Date.now() - began) / 1000)} s.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof WentWrong ? `demo: ${error.message}` : error);
  process.exitCode = 1;
});
