import type * as z from 'zod/mini';
import { Fault } from '../fault.ts';
import type { Environment } from './environment.ts';

/** One parameter of an agent, declared once: its schema parses the value, the rest becomes meta-data. */
export interface Parameter<T> {
  readonly shortdesc: string;
  /** Plain text; crmsh and pcs show it as it is. */
  readonly longdesc: string;
  /** The content type that OCF 1.1 and ra-api-1.dtd share. */
  readonly type: 'string' | 'boolean' | 'integer';
  /** Short, for an exit reason: `wanted ...`. */
  readonly wanted: string;
  /** The value where none, or an empty one, is given; null: the parameter is required. */
  readonly default: string | null;
  /** Two resources must not have the same value. */
  readonly unique?: boolean;
  /** Whether a running resource takes up another value by `reload-agent`; else it is stopped and started. */
  readonly reloadable?: boolean;
  readonly schema: z.ZodMiniType<T, string>;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The typed values of these parameters. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

/**
 * The values that the caller gives for these parameters (`OCF_RESKEY_<name>`).
 * @throws Fault `bad-parameter` that names the first wrong parameter, the value found and what is wanted.
 */
export function parseParameters<P extends Parameters>(parameters: P, env: Environment): Values<P> {
  const entries = Object.entries(parameters).map(([name, parameter]) => [
    name,
    parseParameter(name, parameter, env[`OCF_RESKEY_${name}`]),
  ]);
  return Object.fromEntries(entries) as Values<P>;
}

/** What the caller gives for each of these parameters, as it stands; '' where that is nothing. */
export function givenParameters(parameters: Parameters, env: Environment): Record<string, string> {
  return Object.fromEntries(Object.keys(parameters).map((name) => [name, env[`OCF_RESKEY_${name}`] ?? '']));
}

/** The names under which the caller gives parameters that these are not: most likely misspelt ones. */
export function unknownParameters(parameters: Parameters, env: Environment): string[] {
  return Object.keys(env)
    .filter((key) => key.startsWith('OCF_RESKEY_'))
    .map((key) => key.slice('OCF_RESKEY_'.length))
    .filter((name) => !(name in parameters) && !RESERVED.test(name));
}

/** Pacemaker's own (meta attributes, feature set) and crmsh's (`crm resource trace`). */
const RESERVED = /^(CRM_meta_|crm_feature_set$|trace_)/;

function parseParameter(name: string, parameter: Parameter<unknown>, given: string | undefined): unknown {
  const text = given || parameter.default;
  if (text === null) {
    throw refuse(name, parameter, given === undefined ? 'nothing' : 'an empty value');
  }
  const result = parameter.schema.safeParse(text, { reportInput: true });
  if (result.success) return result.data;
  const input = result.error.issues[0]?.input;
  throw refuse(name, parameter, `"${typeof input === 'string' ? input : text}"`);
}

function refuse(name: string, parameter: Parameter<unknown>, found: string): Fault {
  return new Fault('bad-parameter', `parameter ${name}`, { subject: name, found, wanted: parameter.wanted });
}
