import { parseArgs } from 'node:util';
import { createResolver } from '../../../lib/node/resolver.ts';
import { notifyClients } from '../../../lib/recover/notifier/index.ts';

// Tells clients of the lab and prints, as one line of JSON, when each was told (milliseconds from the start).
const { values } = parseArgs({
  options: {
    plan: { type: 'string' }, // JSON: { targets, announcements, seconds, resolver }
  },
});
const plan = JSON.parse(values.plan ?? '{}');
const idle = process.memoryUsage().rss;
let peak = idle;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 50);
function* targets() {
  for (const part of plan.parts) {
    for (let n = 0; n < part.count; n += 1) {
      const address = `${part.net}.${n >> 8}.${n & 255}`;
      yield part.named
        ? { client: address, addresses: [], hostNames: [`host${n}.lost.example.test`] }
        : { client: address, addresses: [address], hostNames: [] };
    }
  }
}
const told: number[] = [];
const wanted: number = plan.wanted;
const stop = new AbortController();
const begin = performance.now();
const timer = setTimeout(() => stop.abort(), plan.seconds * 1000);
const summary = await notifyClients({
  targets: targets(),
  announcements: plan.announcements,
  stateNumber: plan.state,
  sourcePort: 0,
  signal: stop.signal,
  onResult: () => undefined,
  onClient: (_client, outcome) => {
    if (outcome !== 'answered') return;
    told.push(performance.now() - begin);
    if (told.length === wanted && plan.stopAtWanted) stop.abort();
  },
  resolver: createResolver(plan.resolver ?? {}),
});
clearTimeout(timer);
clearInterval(watch);
const cpu = process.cpuUsage();
console.log(
  JSON.stringify({
    told: told.length,
    median: told[told.length >> 1],
    last: told.at(-1),
    ms: performance.now() - begin,
    summary,
    cpuMs: (cpu.user + cpu.system) / 1000,
    grewMiB: (peak - idle) / 1048576,
  }),
);
process.exit(0);
