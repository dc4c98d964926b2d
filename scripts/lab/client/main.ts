import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { listenForCallbacks } from './callback-server.ts';
import { callControl, serveControl } from './control.ts';
import { EventLog } from './event-log.ts';
import { LockClient } from './lock-client.ts';
import { NLM } from './nlm.ts';
import type { LockAnswer, LockRequest, Request, Target } from './requests.ts';
import { register, unregister } from './rpcbind.ts';
import { GRACE_WAIT_MS } from './server-host.ts';

const USAGE = `usage: lock-client serve --control SOCKET [--name HOST] [--use-hostnames]
       lock-client call --control SOCKET lock TARGET [--shared] [--count N] [--caller HOST]...
                        [--wait nothing|grace|holder|block] [--retry-ms N] [--reclaim]
       lock-client call --control SOCKET unlock TARGET
       lock-client call --control SOCKET test TARGET [--shared]
       lock-client call --control SOCKET status | events [--first N]
TARGET: --server NAME --directory EXPORT --file NAME [--start N] [--length N]
serve does what the lockd of a client machine does, and prints what happens as lines of JSON.
call prints the answer as JSON; it exits with 1 for a lock that was not granted, 2 for a request that failed.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    control: { type: 'string' },
    name: { type: 'string', default: hostname() },
    'use-hostnames': { type: 'boolean', default: false },
    server: { type: 'string' },
    directory: { type: 'string' },
    file: { type: 'string' },
    start: { type: 'string', default: '0' },
    length: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    caller: { type: 'string', multiple: true, default: [] },
    shared: { type: 'boolean', default: false },
    reclaim: { type: 'boolean', default: false },
    wait: { type: 'string', default: 'nothing' },
    'retry-ms': { type: 'string', default: String(GRACE_WAIT_MS) },
    first: { type: 'string', default: '0' },
  },
});

function needed(option: 'control' | 'server' | 'directory' | 'file'): string {
  const value = values[option];
  if (value === undefined) throw new Error(`--${option} is missing\n${USAGE}`);
  return value;
}

function target(): Target {
  const where = { server: needed('server'), directory: needed('directory'), file: needed('file') };
  return { ...where, start: Number(values.start), length: Number(values.length) };
}

function waiting(): LockRequest['wait'] {
  const { wait } = values;
  if (wait === 'nothing' || wait === 'grace' || wait === 'holder' || wait === 'block') return wait;
  throw new Error(`--wait ${wait}: nothing, grace, holder or block is wanted`);
}

function requested(op: string | undefined): Request {
  const { shared, reclaim, caller: callers } = values;
  const [count, retryMs] = [Number(values.count), Number(values['retry-ms'])];
  if (op === 'lock') return { op, ...target(), callers, count, shared, reclaim, wait: waiting(), retryMs };
  if (op === 'unlock') return { op, ...target() };
  if (op === 'test') return { op, ...target(), shared };
  if (op === 'status') return { op };
  if (op === 'events') return { op, first: Number(values.first) };
  throw new Error(USAGE);
}

async function serve(): Promise<void> {
  const events = new EventLog((line) => process.stdout.write(line));
  const client = new LockClient(values.name, values['use-hostnames'], events);
  const ports = await listenForCallbacks({
    onReboot: (reboot) => client.onReboot(reboot),
    onForged: ({ address, port }) => events.add('sm-notify-forged', { address, port }),
    onGranted: (lock, { address }) => client.onGranted(lock, address),
    sendResult: (result, { address }) => client.sendResult(result, address),
  });
  await register(NLM.program, NLM.versions, ports);
  await serveControl(needed('control'), (request, signal) => client.handle(request, signal));
  events.add('ready', { name: values.name, ports });
  process.once('SIGTERM', () => {
    // Without rpcbind there is nothing to take back.
    void unregister(NLM.program, NLM.versions)
      .catch(() => undefined)
      .then(() => process.exit(0));
  });
}

async function call(op: string | undefined): Promise<void> {
  const answer = await callControl(needed('control'), requested(op));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (op === 'lock' && (answer as LockAnswer).status !== 'NLM4_GRANTED') process.exitCode = 1;
}

async function main(): Promise<void> {
  const [command, op] = positionals;
  if (command === 'serve') return serve();
  if (command === 'call') return call(op);
  throw new Error(USAGE);
}

main().catch((error: unknown) => {
  process.stderr.write(`lock-client: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
