import { mkdirSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Keeper } from '../../../lib/keeper/keeper.ts';
import { realSurroundings } from '../../../lib/keeper/surroundings.ts';
import { type Log, openEventLog } from '../../../lib/node/event-log.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';

/*
 * A keeper that adopts a service whose clients another node has left in the store, with the arguments STORE RUN ADDRESS
 * NAME CLIENTS TRIGGER SECONDS. NFS and grace are there from the beginning. It prints, as JSON, how many milliseconds after
 * the start of the process which step was done, and how many clients were told within so many seconds.
 */
const [sharedDir = '', run = '', address = '', name = '', clients = '', choice, seconds = ''] =
  process.argv.slice(2);
const trigger = choice === 'sm-notify' ? choice : 'auto';
const service = exampleService({ name: 'bench', sharedDir, addresses: [address], names: [name], trigger });
const directory = new RuntimeDirectory(service.name, run);
mkdirSync(run, { recursive: true, mode: 0o700 });
await directory.create(service);

const done: Record<string, number> = { started: performance.now() };
const told = new Set<unknown>();
const write = openEventLog(directory.eventFile, 'bench');
const log: Log = (event, facts) => {
  write(event, facts);
  if (event === 'client') told.add(facts?.client);
  if (told.size >= Number(clients)) done.told ??= performance.now();
  done[event] ??= performance.now();
};
const lockManager = { kind: 'ganesha', identity: 'bench', startedAt: Date.now() } as const;
const keeper = new Keeper(service, directory, log, {
  ...realSurroundings(service),
  atWork: async () => ({ lockManager, statd: 'bench' }),
  isGraceOn: async () => true,
  lacking: async () => [],
});
await keeper.adopt();
const end = Date.now() + Number(seconds) * 1000;
while (done.told === undefined && Date.now() < end) await pause(5);
const conveyed = readdirSync(`${directory.statdDirectory}/sm`).length;
process.stdout.write(JSON.stringify({ done, told: told.size, conveyed, ...keeper.report() }), () =>
  process.kill(process.pid, 'SIGKILL'),
);
