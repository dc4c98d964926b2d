import type { LoggedEvent } from '../client/event-log.ts';
import type { HostLockClient } from '../lock-client.ts';
import { FLOATING, type NfsService, SERVER } from '../nfs-service.ts';
import { waitUntil } from '../wait-until.ts';
import { expectAnswer, type Narrator } from './narrator.ts';
import { reached, recorded } from './store-watch.ts';

/** A competitor asks this often while grace lasts; the Linux kernel's client asks every 5 s. */
const WAIT_FOR_GRACE = { server: SERVER, wait: 'grace', retryMs: 200 } as const;

/** What became of the lock. */
export interface Ending {
  /** The competitor's answer when grace was over. */
  readonly competitor: string;
  /** How many locks the programs of client 1 believe to hold. */
  readonly believed: number;
  /** Whether client 1 was told that its server had restarted. */
  readonly told: boolean;
}

/** Client 1 takes a lock, client 2 is refused, the serving node is killed, the service moves, and grace passes. */
export async function story(service: NfsService, lockferry: boolean, narrator: Narrator): Promise<Ending> {
  const { c1, c2, n1 } = service;
  narrator.say('           (the grace period of a server that has just started must pass first)');
  expectAnswer('c1', (await c1.lock(WAIT_FOR_GRACE, 120)).status, 'NLM4_GRANTED');
  narrator.tell(`lock taken: c1 locks a file on ${SERVER} (${FLOATING}), which is served by n1`);
  expectAnswer('c2', (await c2.lock({ server: SERVER })).status, 'NLM4_DENIED');
  narrator.tell('competitor refused: c2 wants the same lock, and c1 has it');

  if (lockferry) {
    await recorded(service.lab, c1.host.name);
    narrator.tell('recorded: the monitor record of c1 is in the lock store');
  }

  await n1.powerOff();
  narrator.tell('node killed: n1 has lost its power');
  await fenced(service, narrator);
  if (lockferry) {
    const at = await reached(service.lab, c1.host.name, 'conveyed');
    narrator.tell('conveyed: n2 has the record of c1', at);
  }
  await moved(service, narrator);
  const asked = refusedInGrace(c2, narrator);
  if (lockferry) await reclaimed(c1, narrator);
  await asked;

  const { status: competitor } = await c2.lock(WAIT_FOR_GRACE, 200);
  const { believes: believed } = await c1.status();
  const told = (await c1.events()).some(({ event }) => event === 'sm-notify');
  const answer = competitor === 'NLM4_GRANTED' ? 'granted' : 'refused';
  narrator.tell(`grace over: c2 asks again, and the lock is ${answer} (${competitor})`);
  return { competitor, believed, told };
}

async function fenced({ lab, cluster, n1 }: NfsService, narrator: Narrator): Promise<void> {
  const patience = { timeout: 60, explain: () => cluster.picture() };
  const { at } = await waitUntil('n1 is fenced', patience, () =>
    lab.powerEvents.find(({ host, action }) => host === n1.name && action === 'off'),
  );
  narrator.tell('fenced: Pacemaker on n2 has made sure that n1 is off', at);
}

async function moved({ cluster, n2 }: NfsService, narrator: Narrator): Promise<void> {
  const patience = { timeout: 60, explain: () => cluster.picture() };
  await waitUntil(`${FLOATING} is on n2`, patience, async () => {
    const shown = await n2.output(['ip', '-o', 'address', 'show', 'to', FLOATING]);
    return shown !== '';
  });
  narrator.tell(`address up: n2 serves ${SERVER} (${FLOATING}), in its grace period`);
}

async function reclaimed(client: HostLockClient, narrator: Narrator): Promise<void> {
  const told = await eventOf(client, 'sm-notify');
  narrator.tell(
    `told: c1's rpc.statd says that ${told.monName} has restarted (state ${told.state})`,
    told.at,
  );
  const { at } = await eventOf(client, 'reclaim-granted');
  narrator.tell('reclaimed: c1 has its lock again, now on n2', at);
}

async function refusedInGrace(client: HostLockClient, narrator: Narrator): Promise<void> {
  const { status } = await client.lock({ server: SERVER }, 60);
  expectAnswer('c2', status, 'NLM4_DENIED_GRACE_PERIOD');
  narrator.tell('competitor refused: c2 asks for the lock on n2, where only reclaims are granted yet');
}

function eventOf(client: HostLockClient, event: string): Promise<LoggedEvent> {
  const explain = async () => JSON.stringify(await client.events());
  return waitUntil(`${event} at ${client.host.name}`, { timeout: 60, interval: 0.1, explain }, async () =>
    (await client.events()).find((each) => each.event === event),
  );
}
