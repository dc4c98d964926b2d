import type { XmlElement } from '@rgrove/parse-xml';
import { childrenOf, descendants, parsedXml } from './xml.ts';

/** A resource that an agent runs. */
export interface Primitive {
  readonly id: string;
  /** As in `ocf:heartbeat:IPaddr2`; `stonith:fence_ipmilan` for one that fences. */
  readonly agent: string;
  readonly parameters: Attributes;
  readonly meta: Attributes;
  /** What is said of its actions: `name`, `interval`, `timeout` and more. */
  readonly operations: readonly Attributes[];
}

/** That the start of one thing comes after that of another, always. */
export interface Order {
  readonly first: string;
  readonly next: string;
}

export type Attributes = Readonly<Record<string, string>>;

/** What Pacemaker is told to do, as far as the checks look at it. Rules are passed over: what they say counts always. */
export interface Cib {
  readonly properties: Attributes;
  readonly operationDefaults: Attributes;
  readonly primitives: readonly Primitive[];
  /** Groups, clones and bundles: the ids of the primitives in each. */
  readonly containers: ReadonlyMap<string, readonly string[]>;
  readonly orders: readonly Order[];
  /** When another node's clock said that something happened, the latest for each node; milliseconds since 1970. */
  readonly clocks: ReadonlyMap<string, number>;
}

/** Reads what `cibadmin --query` prints (Pacemaker Explained). @throws Fault `malformed` */
export function parseCib(text: string): Cib {
  const cib = parsedXml(text, 'cibadmin');
  const templates = new Map(descendants(cib, 'template').map((each) => [each.attributes.id, each]));
  const containers = descendants(cib, 'resources')
    .flatMap((resources) =>
      ['group', 'clone', 'master', 'bundle'].flatMap((name) => descendants(resources, name)),
    )
    .map((each): [string, string[]] => [idOf(each), descendants(each, 'primitive').map(idOf)]);
  return {
    properties: pairsIn(cib, 'cluster_property_set'),
    operationDefaults: merged(
      descendants(cib, 'op_defaults').map((each) => pairsIn(each, 'meta_attributes')),
    ),
    primitives: descendants(cib, 'primitive').map((each) =>
      primitiveOf(each, templates.get(each.attributes.template ?? '')),
    ),
    containers: new Map(containers),
    orders: [
      ...descendants(cib, 'group').flatMap(groupOrder),
      ...descendants(cib, 'rsc_order').flatMap(constraintOrder),
    ],
    clocks: new Map(
      descendants(cib, 'node_state').map((each) => [each.attributes.uname ?? '', latest(each)]),
    ),
  };
}

function idOf({ attributes }: XmlElement): string {
  return attributes.id ?? '';
}

function primitiveOf(element: XmlElement, template: XmlElement | undefined): Primitive {
  const both = template === undefined ? [element] : [template, element];
  const { class: standard = '', provider, type = '' } = merged(both.map(({ attributes }) => attributes));
  const operations = both.flatMap((each) => descendants(each, 'op').map(({ attributes }) => attributes));
  return {
    id: idOf(element),
    agent: [standard, provider, type].filter(Boolean).join(':'),
    parameters: merged(both.map((each) => pairsIn(each, 'instance_attributes'))),
    meta: merged(both.map((each) => pairsIn(each, 'meta_attributes'))),
    operations,
  };
}

/** The name-value pairs of all sets of one kind below an element. */
function pairsIn(element: XmlElement, set: string): Attributes {
  const pairs = descendants(element, set).flatMap((each) => childrenOf(each, 'nvpair'));
  return Object.fromEntries(pairs.map(({ attributes: { name = '', value = '' } }) => [name, value]));
}

function merged(sets: readonly Attributes[]): Attributes {
  return Object.assign({}, ...sets);
}

/** Members of a group start one after another unless it says `ordered=false`. */
function groupOrder(group: XmlElement): Order[] {
  const meta = merged(childrenOf(group, 'meta_attributes').map((each) => pairsOf(each)));
  return meta.ordered === 'false' ? [] : inSequence(childrenOf(group, 'primitive').map(idOf));
}

function pairsOf(set: XmlElement): Attributes {
  const pairs = childrenOf(set, 'nvpair').map(({ attributes: { name = '', value = '' } }) => [name, value]);
  return Object.fromEntries(pairs);
}

/** An optional order holds only where both happen to start together; one of a stop says nothing of starts. */
function constraintOrder(constraint: XmlElement): Order[] {
  const { kind = 'Mandatory', first, then, 'first-action': action = 'start' } = constraint.attributes;
  if (kind !== 'Mandatory' || !['start', 'promote'].includes(action)) return [];
  if (first !== undefined && then !== undefined) return [{ first, next: then }];
  const sets = childrenOf(constraint, 'resource_set').map((set) => ({
    members: childrenOf(set, 'resource_ref').map(idOf),
    sequential: set.attributes.sequential !== 'false',
  }));
  return sets.flatMap(({ members, sequential }, at) => {
    const others = sets[at + 1]?.members ?? [];
    const across = members.flatMap((each) => others.map((next) => ({ first: each, next })));
    return sequential ? [...inSequence(members), ...across] : across;
  });
}

function inSequence(members: readonly string[]): Order[] {
  return members.flatMap((first, at) => members.slice(at + 1, at + 2).map((next) => ({ first, next })));
}

/** The latest moment, by the clock of the node that reported it, at which an action of its ended. */
function latest(state: XmlElement): number {
  const seconds = descendants(state, 'lrm_rsc_op').map(({ attributes }) =>
    Number(attributes['last-rc-change'] ?? 0),
  );
  return Math.max(0, ...seconds) * 1000;
}
