import type { ExaminedService } from '../../../lib/checks/check.ts';
import { type Cib, parseCib } from '../../../lib/checks/cluster/cib.ts';
import type { ExaminedNode } from '../../../lib/checks/examined-node.ts';
import { Fault } from '../../../lib/fault.ts';
import type { CommandResult } from '../../../lib/node/command.ts';
import type { StoreState } from '../../../lib/store/index.ts';
import { exampleService } from '../../support/example-service.ts';

export const NOW = Date.UTC(2026, 10, 29, 12);

/** Words of a command to what it prints, or how it fails; every other command is not installed. */
export function commands(answers: Readonly<Record<string, string | number | Fault>>): ExaminedNode['run'] {
  return async (command): Promise<CommandResult> => {
    const answer = answers[command.join(' ')];
    if (answer === undefined) throw new Fault('not-installed', `${command[0]} is not installed`);
    if (answer instanceof Fault) throw answer;
    if (typeof answer === 'number') return { exitCode: answer, stdout: '', stderr: '' };
    return { exitCode: 0, stdout: answer, stderr: '' };
  };
}

/** A node of no cluster, where everything that is asked fails, unless told otherwise. */
export function exampleNode(more: Partial<ExaminedNode> = {}): ExaminedNode {
  const no = async (): Promise<never> => {
    throw new Fault('failed', 'this is not asked here');
  };
  return {
    ...{ nodeVersion: '20.1.0', root: '/nonexistent', path: '/nonexistent', name: 'n1', now: () => NOW },
    ...{
      run: commands({}),
      cluster: no,
      store: no,
      roundTrip: no,
      keeper: no,
      localAddresses: () => new Set(),
    },
    ...more,
  };
}

export function examined(more: Partial<ExaminedService> = {}): ExaminedService {
  return { ...exampleService(), sharedDir: '/srv/nfs/locks', startedHere: true, ...more };
}

/** The store of `nfs-a`, which n1 took a minute ago. */
export function exampleStore(more: Partial<StoreState> = {}): StoreState {
  return {
    ...{ service: 'nfs-a', format: 'record', epoch: 3, since: NOW - 60_000, stateNumber: 7, ended: null },
    holder: { node: 'n1', bootId: 'b', lockManager: null, statd: null },
    ...{ current: new Map(), inherited: new Map(), ledger: new Map() },
    ...{ recoveryEnded: null, lockCount: null },
    ...{ damage: [], torn: [] },
    ...more,
  };
}

/** A configuration of a cluster with these resources and constraints, as XML. */
export function exampleCib(resources: string, constraints = '', more = ''): Cib {
  return parseCib(`<cib><configuration>
    <crm_config><cluster_property_set id="p"><nvpair name="stonith-enabled" value="true"/></cluster_property_set></crm_config>
    <resources>${resources}</resources><constraints>${constraints}</constraints>${more}
  </configuration></cib>`);
}

/** A primitive as XML: `ocf:heartbeat:IPaddr2` and the like. */
export function primitive(
  id: string,
  agent: string,
  parameters: Readonly<Record<string, string>> = {},
  more = '',
): string {
  const [standard = '', provider = '', type = ''] = agent.split(':');
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `<nvpair name="${name}" value="${value}"/>`,
  );
  const words =
    type === ''
      ? `class="${standard}" type="${provider}"`
      : `class="${standard}" provider="${provider}" type="${type}"`;
  return `<primitive id="${id}" ${words}><instance_attributes id="${id}-p">${pairs.join('')}</instance_attributes>${more}</primitive>`;
}

export const NFSLOCK = primitive('nfs-a', 'ocf:lockferry:nfslock', {
  shared_dir: '/srv/nfs/locks',
  ip: '192.0.2.1',
});
export const ADDRESS = primitive('address', 'ocf:heartbeat:IPaddr2', { ip: '192.0.2.1' });
export const DISK = primitive('disk', 'ocf:heartbeat:Filesystem', { directory: '/srv/nfs/' });
export const EXPORT = primitive('export', 'ocf:heartbeat:exportfs', {
  directory: '/srv/nfs/data',
  fsid: '1',
});
