import { setTimeout as delay } from 'node:timers/promises';
import { type Guest, type KernelLab, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import { counted, recorded } from './fate.ts';
import { KEPT, mountPoint, type Scene, SERVICE, setScene } from './scene.ts';

const HOLDERS = 3;
const LOCKS_EACH = 200;
/** Milliseconds that the last client's status monitor is deaf after the others are back. */
const LATE = 8000;
const FILE = `${mountPoint(KEPT)}/data`;
/** Milliseconds for locks to come back, and of these after which it is written down what is to be seen. */
const [BACK_WITHIN, WELL_IN_GRACE] = [180_000, 45_000];
/** Where the new locks begin, beyond all others. */
const NEW = 9000;
/**
 * Milliseconds from one client that asks for a new lock to the next. While grace is on, a Linux client asks again every five
 * seconds, and what gets through wakes all that wait on the same client (fs/lockd/clntproc.c nlmclnt_call()): one process
 * each.
 */
const APART = 5000 / 3;

export interface Settled {
  /** Milliseconds from the event to the last reclaim. */
  readonly reclaimed: number;
  /**
   * Milliseconds from the last reclaim to each lock elsewhere that was asked for in the grace period, at its end by who came
   * back last: as soon as that was seen.
   */
  readonly granted: readonly number[];
  /** Milliseconds from the last reclaim to the end of grace by nfslock; NaN: it did not end it. */
  readonly ended: number;
  /** Locks of each holder, on the server and in its own belief, when it was over. */
  readonly held: readonly (readonly [server: number, client: number])[];
}

/** When nfslock ended grace, by its event log. */
function endOf(events: string): number {
  const lines = events.split('\n').map((line) => JSON.parse(line) as { at: number; event: string });
  return lines.find(({ event }) => event === 'grace-ended')?.at ?? Number.NaN;
}

const placeOf = (holder: number) => ({ file: FILE, start: holder * 1000 });

/** Three clients with 200 locks each, and a fourth one; all of them want a new one in the grace period, round after round. */
export class Settling {
  readonly #scene: Scene;
  readonly #service: Scene['services'][number];
  readonly #newcomers: readonly LockProcess[];
  readonly #graceEnd: 'full' | 'settled';
  #round = 0;

  private constructor(scene: Scene, graceEnd: 'full' | 'settled') {
    [this.#scene, this.#graceEnd] = [scene, graceEnd];
    this.#service = scene.services[0] as Scene['services'][number];
    const fourth = scene.clients.at(-1) as Guest;
    this.#newcomers = [fourth, ...this.#holders].map((client) => LockProcess.start(client));
  }

  static async begin(lab: KernelLab, graceEnd: 'full' | 'settled', grace: number): Promise<Settling> {
    const service = { ...SERVICE, shares: [KEPT], nfslock: { grace_end: graceEnd } };
    const setting = { protect: 'lockferry', manager: 'hand', services: [service], grace } as const;
    const settling = new Settling(await setScene(lab, { ...setting, clients: HOLDERS + 1 }), graceEnd);
    for (const [at, holder] of settling.#holders.entries()) {
      const { got } = await LockProcess.start(holder).lockMany(placeOf(at), LOCKS_EACH, 2);
      if (got !== LOCKS_EACH) throw new Error(`${holder.name} got ${got} locks`);
    }
    return settling;
  }

  get #holders(): readonly Guest[] {
    return this.#scene.clients.slice(0, HOLDERS);
  }

  /**
   * The server dies; one holder is deaf until 8 s after the others are back. New locks elsewhere are asked for once these
   * are, and by the late one as soon as it is back: who asks while the address is nowhere waits for its own kernel to
   * connect again, up to a minute (fs/lockd/host.c NLM_HOST_REBIND), and would say nothing about grace.
   */
  async round(): Promise<Settled> {
    const [from, to] = this.#scene.servers;
    this.#round += 1;
    for (const client of this.#holders) await recorded(this.#scene, this.#service, client, from);
    if (this.#graceEnd === 'settled') await counted(this.#service, from);
    const late = this.#holders.at(-1) as Guest;
    const lookout = LockProcess.start(to);
    const { directory } = this.#service;
    let seen = 0;
    const reached = async (count: number) => {
      const what = `${count} locks on ${to.name}`;
      const look = async () => {
        seen = (await lookout.held(directory)).filter(({ start }) => start < NEW).length;
        return seen >= count ? Date.now() : false;
      };
      // A loss is explained while it can still be seen what is waited for.
      const early = await until(look, { what, timeout: WELL_IN_GRACE }).catch(() => this.#story());
      if (typeof early === 'number') return early;
      return until(look, { what, timeout: BACK_WITHIN }).catch(async (cause) => {
        const of = `${seen} of ${count} locks are on ${to.name}`;
        throw new Error(`${of}\nIN GRACE ${early}\nAFTERWARDS ${await this.#story()}`, { cause });
      });
    };

    const event = Date.now();
    await late.sh('pkill -STOP -x rpc.statd');
    await this.#scene.kill(from);
    await this.#scene.served(this.#service, to);
    await reached(LOCKS_EACH * (HOLDERS - 1));
    const [latest, ...early] = [...this.#newcomers].reverse() as [LockProcess, ...LockProcess[]];
    const asked = early.map((newcomer, at) => delay(at * APART).then(() => this.#newLock(newcomer)));
    await delay(LATE);
    await late.sh('pkill -CONT -x rpc.statd');
    const last = await reached(LOCKS_EACH * HOLDERS);
    const granted = await Promise.all([...asked, this.#newLock(latest)]);
    const held = await this.#held(lookout);
    await lookout.end();
    const ended = endOf(await to.sh('cat /run/lockferry/services/*/events.jsonl')) - last;
    return { reclaimed: last - event, granted: granted.map((at) => at - last), ended, held };
  }

  /** Boots the server that died, for another round. */
  async again(): Promise<void> {
    await this.#scene.again(this.#scene.servers[1]);
  }

  /** @returns when it was granted */
  async #newLock(newcomer: LockProcess): Promise<number> {
    const start = NEW + this.#round * this.#newcomers.length + this.#newcomers.indexOf(newcomer);
    const { ok, error } = await newcomer.lock({ file: `${mountPoint(KEPT)}/other`, start });
    if (!ok) throw new Error(`the lock elsewhere was refused: ${error}`);
    return Date.now();
  }

  /** What the second server and the clients say of it, where locks do not come back. */
  async #story(): Promise<string> {
    const { vip } = KEPT;
    const both = `cat /proc/net/arp /proc/locks; ss -tuan; ip -s link show vec0; ip -o addr; dmesg | tail -n 40
      ps axo pid,etimes,stat,wchan:20,args | grep -e lock -e rpc -e nfsd`;
    const server = `${both}; tail -n 60 /run/lockferry/services/*/events.jsonl; lockferry status --json
      ls -l /var/lib/nfs/sm; cat /proc/$(pgrep -x lockd)/stack
      head -v -n 50 /proc/fs/lockd/nlm_end_grace /proc/fs/nfsd/v4_end_grace /proc/fs/nfsd/threads /proc/net/rpc/*/content
      timeout 20 rpcinfo -p; timeout 20 rpcinfo -T tcp 127.0.0.1 100024; timeout 20 showmount -e 127.0.0.1`;
    const client = `${both}; timeout 20 rpcinfo -p ${vip}; timeout 20 rpcinfo -T tcp ${vip} 100021
      timeout 20 rpcinfo -T tcp 127.0.0.1 100024; tail -n 30 /run/statd.log`;
    const asked = [
      [this.#scene.servers[1], server],
      ...this.#holders.map((holder) => [holder, client] as const),
    ] as const;
    const said = asked.map(async ([guest, words]) => {
      const { stdout, stderr } = await guest.run(['sh', '-c', words], { timeout: 120_000 });
      return `${guest.name}: ${stdout}${stderr}`;
    });
    return (await Promise.all(said)).join('\n');
  }

  async #held(lookout: LockProcess): Promise<Settled['held']> {
    const onServer = await lookout.held(this.#service.directory);
    const each = this.#holders.map(async (holder, at): Promise<readonly [number, number]> => {
      const { start } = placeOf(at);
      const on = onServer.filter((lock) => lock.start >= start && lock.start < start + 1000).length;
      const believed = (await heldLocks(holder, mountPoint(KEPT))).filter(({ start }) => start < NEW);
      return [on, believed.length];
    });
    return Promise.all(each);
  }
}

/** Locks of the client that is cut off, and of these on the server when it is. */
const [MANY, SOME] = [1000, 50];
/** Seconds for which nothing of the server's gets to it; TCP tries again after 6.2 at the latest. */
const CUT = 5;

/** On the server: cuts the client off as soon as it has some locks; says how many there were then, and at the end of it. */
const CUTTER = `
import subprocess, sys, time
def count():
    with open('/proc/locks', encoding='ascii') as table:
        return sum(' POSIX ' in line for line in table)
def route(what):
    subprocess.run(['ip', 'route', what, 'blackhole', sys.argv[1]], check=True)
while count() < ${SOME}:
    pass
route('add')
print(count(), flush=True)
time.sleep(${CUT})
print(count(), flush=True)
route('del')
`;

/**
 * The server dies; in the middle of a client's reclaims nothing gets to it for longer than any stillness that ends grace.
 * @param known whether the lock store says how many locks there were; else they came since nfslock counted them last.
 * @returns how many locks of it were on the server as it was cut off, at the end of that, and in the end.
 */
export async function cutOffWhileReclaiming(
  lab: KernelLab,
  known: boolean,
): Promise<{ readonly atFirst: number; readonly after: number; readonly held: number }> {
  const service = { ...SERVICE, shares: [KEPT], nfslock: { grace_end: 'settled' } } as const;
  const scene = await setScene(lab, {
    protect: 'lockferry',
    manager: 'hand',
    services: [service],
    grace: 90,
  });
  const [client] = scene.clients as [Guest];
  const [from, to] = scene.servers;
  const holder = LockProcess.start(client);
  await holder.lock({ file: FILE });
  await recorded(scene, service, client, from);
  await counted(service, from);
  if (!known) await from.sh('kill -STOP "$(cat /run/lockferry/services/*/keeper.pid)"');
  await holder.lockMany({ file: FILE, start: 2 }, MANY - 1, 2);
  if (known) await counted(service, from);
  const cutter = to.start(['python3', '-c', CUTTER, client.ip]);
  await scene.kill(from);
  await scene.served(service, to);
  const atFirst = Number(await cutter.nextLine());
  const after = Number(await cutter.nextLine());
  await until(async () => endOf(await to.sh('cat /run/lockferry/services/*/events.jsonl')) > 0, {
    what: `nfslock has ended grace on ${to.name}`,
    timeout: BACK_WITHIN,
    every: 300,
  });
  // What is to come has come within the time that a client takes to try again.
  await delay(6000);
  return { atFirst, after, held: (await heldLocks(to, service.directory)).length };
}
