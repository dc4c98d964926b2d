import { createResolver } from '../../../lib/node/resolver.ts';
import { type Announcement, type NotifyTarget, notifyClients } from '../../../lib/recover/notifier/index.ts';

/** What is to be told to whom; clients of the first part come first. */
export interface Plan {
  readonly parts: readonly (
    | { readonly addresses: readonly string[] }
    | { readonly net: string; readonly count: number }
    | { readonly lost: number }
  )[];
  readonly announcements: readonly Announcement[];
  readonly state: number;
  /** The run ends when so many clients have been told, or after so many seconds. */
  readonly wanted: number;
  readonly seconds: number;
  readonly dnsServers?: readonly string[];
}

export interface Told {
  readonly told: number;
  /** Milliseconds from the start to the client in the middle, and to the last one. */
  readonly median: number;
  readonly last: number;
  readonly sent: number;
  readonly received: number;
  readonly tcp: number;
  readonly cpuMs: number;
  /** By how much resident memory grew, at most. */
  readonly grewMiB: number;
}

function* targets(plan: Plan): Generator<NotifyTarget> {
  for (const part of plan.parts) {
    if ('addresses' in part) {
      for (const address of part.addresses) yield { client: address, addresses: [address], hostNames: [] };
    } else if ('net' in part) {
      for (let n = 0; n < part.count; n += 1) {
        const address = `${part.net}.${n >> 8}.${n & 255}`;
        yield { client: address, addresses: [address], hostNames: [] };
      }
    } else {
      for (let n = 0; n < part.lost; n += 1) {
        yield { client: `lost${n}`, addresses: [], hostNames: [`host${n}.lost.example.test`] };
      }
    }
  }
}

const plan: Plan = JSON.parse(process.argv[2] ?? '');
const resolver = createResolver(plan.dnsServers ? { servers: plan.dnsServers } : {});
const idle = process.memoryUsage().rss;
let peak = idle;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 50);
const times: number[] = [];
const stop = new AbortController();
const { user, system } = process.cpuUsage();
const begin = performance.now();
const timer = setTimeout(() => stop.abort(), plan.seconds * 1000);
const { sent, received, tcp } = await notifyClients({
  targets: targets(plan),
  announcements: plan.announcements,
  stateNumber: plan.state,
  sourcePort: 0,
  signal: stop.signal,
  onResult: () => undefined,
  onClient(_client, outcome) {
    if (outcome === 'answered') times.push(performance.now() - begin);
    if (times.length === plan.wanted) stop.abort();
  },
  resolver,
});
const used = process.cpuUsage();
clearTimeout(timer);
clearInterval(watch);
const told: Told = {
  told: times.length,
  median: Math.round(times[times.length >> 1] ?? Number.NaN),
  last: Math.round(times.at(-1) ?? Number.NaN),
  sent,
  received,
  tcp,
  cpuMs: Math.round((used.user - user + used.system - system) / 1000),
  grewMiB: Math.round((peak - idle) / (1 << 20)),
};
console.log(JSON.stringify(told));
// Look-ups that nobody answers would keep the process for some seconds.
process.exit();
