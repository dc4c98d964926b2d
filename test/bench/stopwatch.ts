import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How it has to end; default: 0. Whoever gives up early is no contestant. */
  readonly code?: number;
}

/** What is to be run, and beside it whose processor time counts, too. */
export interface Contest {
  readonly rounds: number;
  readonly commands: Readonly<Record<string, Command>>;
  /** Processes that work for the commands of this name. */
  readonly helpers?: Readonly<Record<string, number>>;
}

/** What became of it: milliseconds, and processor time of each call on average. */
export type Standings = Record<string, { ms: number[]; cpu: number }>;

/** Clock ticks of /proc in milliseconds (USER_HZ). */
const TICK = 10;

/** Processor time in milliseconds: of our children that have ended, or of another process. */
function used(pid: number | 'children'): number {
  const stat = readFileSync(`/proc/${pid === 'children' ? 'self' : pid}/stat`, 'latin1');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const from = pid === 'children' ? 13 : 11;
  return (Number(fields[from]) + Number(fields[from + 1])) * TICK;
}

// Runs commands in turn and says how long each took. A program of its own, for it runs where the agent is installed.
const { rounds, commands, helpers = {} }: Contest = JSON.parse(process.argv[2] ?? '');
const names = Object.keys(commands);
const standings: Standings = Object.fromEntries(names.map((name) => [name, { ms: [], cpu: 0 }]));
for (let round = -1; round < rounds; round += 1) {
  for (let turn = 0; turn < names.length; turn += 1) {
    const name = String(names[(turn + Math.max(0, round)) % names.length]);
    const { argv, env, code = 0 } = commands[name] as Command;
    const [program = '', ...args] = argv;
    const helper = helpers[name];
    const before = used('children') + (helper === undefined ? 0 : used(helper));
    const began = performance.now();
    const { status, error } = spawnSync(program, args, { env: env ?? {}, stdio: 'ignore' });
    const took = performance.now() - began;
    if (status !== code) throw new Error(`${name} ended with ${error ?? status} in place of ${code}`);
    // The first round fills caches.
    if (round < 0) continue;
    const standing = standings[name] as Standings[string];
    standing.ms.push(took);
    standing.cpu += (used('children') + (helper === undefined ? 0 : used(helper)) - before) / rounds;
  }
}
console.log(JSON.stringify(standings));
