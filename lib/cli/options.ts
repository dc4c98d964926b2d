import type { Options } from 'yargs';
import type * as z from 'zod/mini';
import { floatingAddress } from '../node/floating-address.ts';
import { hostName } from '../node/host-name.ts';
import { printable } from '../printable.ts';

/** Options that several commands have. */
export const sharedDirOption = {
  type: 'string',
  requiresArg: true,
  describe: 'The lock store',
} as const satisfies Options;
export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'Print JSON, see below',
} as const satisfies Options;
export const takeStoreOptions = {
  'statd-dir': {
    type: 'string',
    requiresArg: true,
    describe: "rpc.statd's directory on this node; detected",
  },
  'take-over': {
    type: 'boolean',
    default: false,
    describe: 'Take the store from a node that is known not to run the service any more',
  },
} as const satisfies Record<string, Options>;

/** Refuses an option that is given twice or is empty. */
export function onceEach(...names: readonly string[]): (argv: Record<string, unknown>) => true {
  return (argv) => {
    for (const name of names) {
      if (Array.isArray(argv[name])) throw new Error(`--${name} can be given once`);
      if (argv[name] === '') throw new Error(`--${name} needs a value`);
    }
    return true;
  };
}

/** Refuses a service of this node together with a store. */
export function serviceOrStore({ service, sharedDir }: Record<string, unknown>): true {
  if (service === undefined || sharedDir === undefined) return true;
  throw new Error('give a service or --shared-dir, not both');
}

/** Floating addresses, at least one, in canonical text. @throws Error that quotes what is none */
export function addressList(text: string): string[] {
  const addresses = listOf(text, floatingAddress, '--ip: this is no address of a service');
  if (addresses.length === 0) throw new Error('--ip needs an address');
  return addresses;
}

/** Host names. @throws Error that quotes what is none */
export function nameList(text: string): string[] {
  return listOf(text, hostName, '--names: this is no host name');
}

/** Words between commas or blanks, each once. */
function listOf(text: string, item: z.ZodMiniType<string, string>, complaint: string): string[] {
  const words = text.split(/[,\s]+/).filter((word) => word !== '');
  const items = words.map((word) => {
    const parsed = item.safeParse(word);
    if (!parsed.success) throw new Error(`${complaint}: ${printable(word, 80)}`);
    return parsed.data;
  });
  return [...new Set(items)];
}
