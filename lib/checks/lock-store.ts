import { evidenceOf, Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import type { StoreState } from '../store/index.ts';
import type { ExaminedService, ServiceCheck } from './check.ts';
import type { ExaminedNode } from './examined-node.ts';
import type { Found } from './finding.ts';
import { storagePlace } from './storage-place.ts';

/** Clocks of nodes may differ by this much, milliseconds. */
const TOLERATED = 5_000;

export const lockStore: ServiceCheck = {
  of: 'service',
  code: 'lock-store',
  about: 'version, checksums, owner and age of the lock store',
  consequence: 'Clients whose records cannot be read are not told, and lose their locks.',
  async look(node, service) {
    const { missing } = await storagePlace(node, service);
    if (missing !== null && !service.startedHere) {
      return { verdict: 'ok', evidence: 'its storage is not mounted here now' };
    }
    try {
      return judge(await node.store(service.sharedDir), service, node);
    } catch (error) {
      return unreadable(error, service);
    }
  },
};

/** Before its first start, a service has no store. */
function unreadable(error: unknown, { startedHere }: ExaminedService): Found {
  const { code = null, facts = {} } = error instanceof Fault ? error : {};
  const evidence = evidenceOf(error);
  const cure = facts.cure ?? 'look at the storage, and at docs/store-format.md';
  return !startedHere && code === 'failed'
    ? { verdict: 'unknown', evidence, cure }
    : { verdict: 'bad', evidence, cure };
}

function judge(state: StoreState, service: ExaminedService, { name, now }: ExaminedNode): Found {
  const { damage, holder, epoch, since } = state;
  const owner = printable(holder.node, 80);
  const [first] = damage;
  if (first !== undefined) {
    const evidence = `damaged in ${damage.length} places, as in ${printable(first.file)}: ${first.reason}`;
    return { verdict: 'bad', evidence, cure: 'look at the storage; what can be read is kept' };
  }
  if (state.service !== service.name) {
    const evidence = `it is the store of ${printable(state.service)}`;
    return { verdict: 'bad', evidence, cure: 'give each service a shared_dir of its own' };
  }
  if (service.startedHere && holder.node !== name) {
    const evidence = `the service is started here, and ${owner} owns its store (epoch ${epoch})`;
    return { verdict: 'bad', evidence, cure: 'see on which node it runs, and stop it on the other one' };
  }
  if (since > now() + TOLERATED) {
    const evidence = `by its clock, ${owner} took it ${ageText(since - now())} after now`;
    return { verdict: 'warning', evidence, cure: 'have a time service keep the clocks of all nodes right' };
  }
  return {
    verdict: 'ok',
    evidence: `whole; ${owner} took it ${ageText(now() - since)} ago (epoch ${epoch})`,
  };
}

function ageText(age: number): string {
  const minutes = Math.round(Math.max(0, age) / 60_000);
  if (minutes < 2) return `${Math.round(Math.max(0, age) / 1000)} s`;
  return minutes < 180 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
