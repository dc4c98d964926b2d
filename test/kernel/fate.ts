import { setTimeout as delay } from 'node:timers/promises';
import { type Guest, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, type LockAnswer, LockProcess, type Range } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { Rival } from './rival.ts';
import { mountPoint, type Scene } from './scene.ts';
import { type NfsService, type Share, storeOf } from './service.ts';

/** What became of one client's lock. */
export interface Fate {
  /** Milliseconds from the event to the lock on the server that has the service afterwards; null: never again. */
  readonly reclaimed: number | null;
  /** Looks at that server, after the first that saw the lock, which did not see it. */
  readonly gaps: number;
  /** Did a competitor get the lock that tried without a pause from before the event to after the end of grace? */
  readonly taken: boolean;
  /** How often that competitor was told that somebody else has the lock. */
  readonly refused: number;
  /** What a competitor was told that tried when everything was over. */
  readonly after: LockAnswer;
  /** Does the client's kernel still list the lock as its own? */
  readonly believes: boolean;
}

export interface Outcome {
  /** By the share's name. */
  readonly fates: Readonly<Record<string, Fate>>;
  /** Milliseconds from the event to all services wholly up where they belong now. */
  readonly served: number;
  /** The server that each service, by its id, is on now. */
  readonly places: Readonly<Record<string, Guest>>;
  /** What the cluster, and nfslock on the server that has the services now, and the first client say in the end. */
  readonly log: string;
}

/**
 * What happens to the servers.
 * @param contested ends grace on a server, and waits until each competitor was answered there or has its lock.
 * @returns the server that each service, by its id, has to be on afterwards.
 */
export type Happening = (
  scene: Scene,
  contested: (server: Guest) => Promise<void>,
) => Promise<Readonly<Record<string, Guest>>>;

/** Milliseconds for all locks to be back once their services are up. */
const BACK_WITHIN = 100_000;

/** Each share's lock is at a place of its own in its file, by which it is known on the server. */
const rangeOf = (share: Share): Range => ({
  file: `${mountPoint(share)}/data`,
  start: share.fsid,
  length: 5,
});

/** Follows one lock on the server that is to have it. */
class Lookout {
  first: number | null = null;
  there = false;
  gaps = 0;
  #over = false;
  readonly #watching: Promise<void>;

  constructor(server: Guest, { directory }: NfsService, share: Share, since: number) {
    this.#watching = this.#watch(LockProcess.start(server), directory, share.fsid, since);
  }

  async #watch(process: LockProcess, directory: string, place: number, since: number): Promise<void> {
    while (!this.#over) {
      this.there = (await process.held(directory)).some(({ start }) => start === place);
      if (this.there) this.first ??= Date.now() - since;
      else if (this.first !== null) this.gaps += 1;
      await delay(200);
    }
    await process.end();
  }

  end(): Promise<void> {
    this.#over = true;
    return this.#watching;
  }
}

/**
 * The first client takes a lock on every share, and the second client tries to get each of these locks, from before something
 * happens to the servers until all services are up again and grace is over.
 * @param awaited shares whose locks can be back; grace need not last longer than until they are.
 * @param inGrace what is done then, before grace is ended.
 */
export async function follow(
  scene: Scene,
  happening: Happening,
  awaited: ReadonlySet<string>,
  inGrace?: () => Promise<unknown>,
): Promise<Outcome> {
  const [owner, other] = scene.clients as [Guest, Guest];
  const watched = scene.services.flatMap((service) => service.shares.map((share) => ({ service, share })));
  const rivals = watched.map(({ share }) => new Rival(other, rangeOf(share)));
  const process = LockProcess.start(owner);
  for (const { share } of watched) {
    const answer = await process.lock(rangeOf(share));
    if (!answer.ok) throw new Error(`the first lock on ${share.name} was refused: ${answer.error}`);
  }
  for (const service of scene.services) await recorded(scene, service, owner);

  for (const rival of rivals) rival.begin();
  await Promise.all(rivals.map((rival) => rival.answered()));
  if (rivals.some(({ taken }) => taken)) throw new Error('a competitor got a lock before anything happened');

  const event = Date.now();
  const places = await happening(scene, async (server) => {
    await nfs.endGrace(server);
    await Promise.all(rivals.map((rival) => rival.answered()));
  });
  const placeOf = ({ id }: NfsService) => places[id] ?? missing(id);
  const lookouts = watched.map(({ service, share }) => new Lookout(placeOf(service), service, share, event));
  await Promise.all(scene.services.map((service) => scene.served(service, placeOf(service))));
  const served = Date.now() - event;
  if (!scene.fullGrace) {
    const expected = lookouts.filter((_, at) => awaited.has(watched[at]?.share.name ?? ''));
    await until(async () => expected.every(({ there }) => there), {
      what: 'the locks on their servers',
      timeout: BACK_WITHIN,
      every: 300,
    }).catch(() => undefined); // the fates tell
    await inGrace?.();
    for (const server of new Set(Object.values(places))) await nfs.endGrace(server);
  }
  for (const server of new Set(Object.values(places))) await graceOver(server);
  const answers = await Promise.all(rivals.map((rival) => rival.last()));
  await Promise.all(lookouts.map((lookout) => lookout.end()));
  const fates = watched.map(async ({ share }, at): Promise<[string, Fate]> => {
    const rival = rivals[at] as Rival;
    const taken = rival.taken || answers[at]?.ok === true;
    const believes = (await heldLocks(owner, mountPoint(share))).some(({ start }) => start === share.fsid);
    const [lookout, after] = [lookouts[at] as Lookout, answers[at] as LockAnswer];
    // the competitor's own lock is a lock on the server, too
    const reclaimed = taken ? null : lookout.first;
    return [share.name, { reclaimed, gaps: lookout.gaps, taken, refused: rival.refused, after, believes }];
  });
  const log = await (Object.values(places)[0] as Guest).sh(
    'crm_mon -1rf 2>&1; tail -n 100 /run/lockferry/services/*/events.jsonl || :',
  );
  const found = Object.fromEntries(await Promise.all(fates));
  const own = await owner.sh("cat /proc/locks; stat -c '%n %d' /mnt/*; dmesg | tail -n 20");
  await Promise.all([process.end(), ...rivals.map((rival) => rival.end())]);
  return { places, fates: found, served, log: `${log}\n${own}` };
}

function missing(id: string): never {
  throw new Error(`the event does not say where service ${id} has to be`);
}

/** Waits until the lock store has the client's record: without the statd callout that is a moment after its lock. */
export async function recorded(
  scene: Scene,
  service: NfsService,
  client: Guest,
  home = scene.homeOf(service),
): Promise<void> {
  if ((await home.run(['test', '-d', storeOf(service)])).code !== 0) return;
  // its record's file has its name, where the server can resolve that, else the address that it came from
  const known = [client.name, client.ip, client.ip.replace(/^.*\./, 'fd77::')].flatMap((word) => [
    '-e',
    `"${word}"`,
  ]);
  await until(async () => (await home.run(['grep', '-rqF', ...known, storeOf(service)])).code === 0, {
    what: `${client.name} in the lock store of ${service.id}`,
    timeout: 60_000,
  });
  // It is found there before it is durable.
  await home.sh(`sync -f ${storeOf(service)}`);
}

/** Its lock store says as many locks as there are on the server that has the service. */
export async function counted(service: NfsService, home: Guest): Promise<void> {
  const said = `cat ${storeOf(service)}/*.journal | grep -oE '"(locks","count|lockCount)":[0-9]+' | sed -n '$s/.*://p'`;
  await until(async () => Number(await home.sh(said)) === (await heldLocks(home, service.directory)).length, {
    what: `the number of locks in the lock store of ${service.id}`,
    timeout: 60_000,
  });
}

async function graceOver(server: Guest): Promise<void> {
  await until(async () => Object.values(await nfs.readGrace(server)).every((on) => on !== true), {
    what: `the end of grace on ${server.name}`,
    timeout: 300_000,
    every: 300,
  });
}
