import { isIP } from 'node:net';
import { Fault } from '../fault.ts';
import { Limiter } from '../limiter.ts';
import { printable } from '../printable.ts';
import { clientsOf } from '../store/index.ts';
import type { ExaminedService, ServiceCheck } from './check.ts';
import type { ExaminedNode } from './examined-node.ts';

/** What the C library's resolver, which rpc.statd uses, may take before we stop waiting, and what is slow; milliseconds. */
const WITHIN = 5_000;
const SLOW = 2_000;
/** So many clients speak for all. */
const CLIENTS = 16;
const AT_ONCE = 16;

interface LookUp {
  readonly word: string;
  /** Addresses of a name, names of an address. */
  readonly found: readonly string[];
  /** Milliseconds; infinite: longer than anybody waits. */
  readonly took: number;
}

export const nameService: ServiceCheck = {
  of: 'service',
  code: 'name-service',
  about: 'names of addresses and clients, and how long a look-up takes',
  consequence:
    'rpc.statd serves one client at a time, and looks each up: others wait, past the end of grace.',
  async look(node, service) {
    const { addresses, names } = service;
    const clients = await someClients(node, service);
    const limiter = new Limiter(AT_ONCE);
    const look = (words: readonly string[]) =>
      Promise.all(words.map((word) => limiter.run(() => lookUp(word, node))));
    const [ofAddresses, ofNames, ofClients] = await Promise.all([
      look(addresses),
      look(names),
      look(clients),
    ]);
    const all = [...ofAddresses, ...ofNames, ...ofClients];
    const unnamed = ofAddresses.filter(({ found }) => found.length === 0);
    const complaints = [
      ...all
        .filter(({ took }) => took > SLOW)
        .map(
          ({ word, took }) => `${word} took ${took < WITHIN ? (took / 1000).toFixed(1) : 'more than 5'} s`,
        ),
      ...ofNames
        .filter(({ found }) => !found.some((address) => addresses.includes(address)))
        .map(({ word }) => `${word} is none of its addresses`),
      ...(names.length === 0 ? unnamed.map(({ word }) => `${word} has no name, and names is empty`) : []),
      ...ofClients
        .filter(({ word, found }) => isIP(word) === 0 && found.length === 0)
        .map(({ word }) => `client ${printable(word, 80)} is not known`),
    ];
    const [first] = complaints;
    if (first !== undefined) {
      const more = complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : '';
      const cure = 'name them in /etc/hosts on every node, and see that DNS answers at once';
      return { verdict: 'warning', evidence: `${first}${more}`, cure };
    }
    const slowest = Math.max(...all.map(({ took }) => took));
    return { verdict: 'ok', evidence: `${all.length} look-ups, the slowest in ${Math.round(slowest)} ms` };
  },
};

/** Where the store cannot be read, another check says so. */
async function someClients({ store }: ExaminedNode, service: ExaminedService): Promise<string[]> {
  if (!service.startedHere) return [];
  const state = await store(service.sharedDir).catch(() => null);
  if (state === null) return [];
  return [...clientsOf([...state.current.values(), ...state.inherited.values()]).keys()].slice(0, CLIENTS);
}

/** getent(1) asks whatever nsswitch.conf says, as rpc.statd does. */
async function lookUp(word: string, { run }: ExaminedNode): Promise<LookUp> {
  const began = performance.now();
  const [database, field] = isIP(word) === 0 ? ['ahosts', 0] : ['hosts', 1];
  try {
    const { stdout } = await run(['getent', '--', database, word], WITHIN);
    const took = performance.now() - began;
    const found = stdout.split('\n').map((line) => line.split(/\s+/)[field] ?? '');
    return { word, found: found.filter((each) => each !== ''), took };
  } catch (error) {
    if (error instanceof Fault && error.code === 'timed-out')
      return { word, found: [], took: Number.POSITIVE_INFINITY };
    throw error;
  }
}
