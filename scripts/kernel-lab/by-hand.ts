import type { Group, Primitive } from './cib.ts';
import type { Guest } from './guest.ts';

/** Milliseconds for one action of one agent; a node is slow, and slower where others share its processor. */
const ACTION_WITHIN = 120_000;

/**
 * Groups of resources without a cluster manager: their agents are run in order, with the parameters that Pacemaker would
 * give them. For what Pacemaker adds nothing to but half a minute: nobody watches, fences or decides here but the test.
 */
export class ByHand {
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #places = new Map<string, Guest>();

  constructor(groups: readonly Group[]) {
    this.#groups = new Map(groups.map((group) => [group.id, group]));
  }

  /** Starts a group on a node, unless it is there; stops it before where it is on another one that still runs. */
  async place(id: string, node: Guest): Promise<void> {
    const former = this.#places.get(id);
    if (former === node) return;
    this.#places.set(id, node);
    const { members } = this.#groups.get(id) ?? missing(id);
    if (former?.running) for (const member of members.toReversed()) await act(former, member, 'stop');
    for (const member of members) await act(node, member, 'start');
  }

  /** A node was killed: what was on it is nowhere now. */
  forget(node: Guest): void {
    for (const [id, place] of this.#places) if (place === node) this.#places.delete(id);
  }
}

async function act(node: Guest, { id, agent, params }: Primitive, action: 'start' | 'stop'): Promise<void> {
  const [, provider = '', type = ''] = agent.split(':');
  const { code, stderr } = await node.run([`/usr/lib/ocf/resource.d/${provider}/${type}`, action], {
    timeout: ACTION_WITHIN,
    env: {
      ...{ OCF_ROOT: '/usr/lib/ocf', OCF_RA_VERSION_MAJOR: '1', OCF_RA_VERSION_MINOR: '1' },
      ...{ OCF_RESOURCE_INSTANCE: id, OCF_RESOURCE_PROVIDER: provider, OCF_RESOURCE_TYPE: type },
      OCF_RESKEY_CRM_meta_timeout: '90000',
      ...Object.fromEntries(Object.entries(params).map(([name, value]) => [`OCF_RESKEY_${name}`, value])),
    },
  });
  if (code === 0) return;
  const log = await node.sh(
    'ps axo etimes,stat,args | tail -n 25; tail -n 40 /run/lockferry/services/*/events.jsonl || :',
  );
  throw new Error(`${node.name}: ${action} of ${id} is ${code}: ${stderr.slice(-1000)}\n${log}`);
}

function missing(id: string): never {
  throw new Error(`there is no group ${id}`);
}
