import { graceLength } from '../node/kernel-grace.ts';
import { graceFor } from '../recover/grace-needed.ts';
import { clientsOf } from '../store/index.ts';
import type { ExaminedService, NodeSettings, ServiceCheck } from './check.ts';
import type { ExaminedNode } from './examined-node.ts';
import { ganeshaValues } from './ganesha-conf.ts';
import { lockManagerKind } from './lock-manager-kind.ts';

/** NFS-Ganesha's Grace_Period where nothing is said (ganesha-core-config(8)), seconds. */
const GANESHA_DEFAULT = 90;

export const graceLengthCheck: ServiceCheck = {
  of: 'service',
  code: 'grace-length',
  about: 'the grace period, against the number of clients and what rpc.statd takes for each',
  consequence: 'Clients whose turn comes after the end of grace lose their locks.',
  async look(node, service) {
    const grace = await lengthOf(node, service);
    if (grace === null) return { verdict: 'ok', evidence: 'no lock manager runs here that says how long' };
    const [clients, { took }] = await Promise.all([numberOf(node, service), node.roundTrip()]);
    const needed = (clients * took) / 1000;
    const evidence = `${grace} s; ${clients} clients at ${Math.round(took)} ms each need ${needed.toFixed(1)} s`;
    if (graceFor(clients, took) <= grace * 1000) return { verdict: 'ok', evidence };
    const cure = 'make grace longer on every node, or rpc.statd faster: see docs/statd-callout.md';
    return { verdict: needed > grace ? 'bad' : 'warning', evidence, cure };
  },
};

/** Seconds. */
async function lengthOf(node: ExaminedNode, settings: NodeSettings): Promise<number | null> {
  const kind = await lockManagerKind(node, settings);
  if (kind === null) return null;
  if (kind === 'kernel') return graceLength(node.root);
  const said = await ganeshaValues('Grace_Period', node.root);
  return said === null ? null : Number(said.at(-1) ?? GANESHA_DEFAULT);
}

/** Where the store cannot be read, another check says so. */
async function numberOf(
  { store }: ExaminedNode,
  { sharedDir, startedHere }: ExaminedService,
): Promise<number> {
  if (!startedHere) return 0;
  const state = await store(sharedDir).catch(() => null);
  return state === null ? 0 : clientsOf([...state.current.values(), ...state.inherited.values()]).size;
}
