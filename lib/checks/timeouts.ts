import type { CommandResult } from '../node/command.ts';
import type { ResourceCheck } from './check.ts';
import type { Cib, Primitive } from './cluster/cib.ts';
import { milliseconds } from './cluster/interval.ts';
import { nfslocks } from './cluster/resources.ts';
import { descendants, parsedXml } from './cluster/xml.ts';

/** crm_resource(8) runs the agent once, milliseconds. */
const METADATA_WITHIN = 10_000;
/** Pacemaker's own for whatever nobody gave one, milliseconds. */
const DEFAULT_TIMEOUT = 20_000;

/** Actions that every nfslock has, and those of one that migrates. */
const ACTIONS = ['start', 'stop', 'monitor'];
const MIGRATION = ['migrate_to', 'migrate_from'];

export const timeouts: ResourceCheck = {
  of: 'resource',
  code: 'timeouts',
  about: "how long nfslock's actions may take, against its meta-data",
  consequence: 'Pacemaker gives up a start that is well under way, or never looks whether locks are safe.',
  async look(cib, { name }, { run }) {
    const resource = nfslocks(cib).find(({ id }) => id === name);
    if (resource === undefined) return { verdict: 'ok', evidence: 'it is no resource of this cluster' };
    const printed = await run(['crm_resource', '--show-metadata', 'ocf:lockferry:nfslock'], METADATA_WITHIN);
    const advised = advisedTimeouts(printed);
    const migrates = resource.meta['allow-migrate'] === 'true';
    const short = [...ACTIONS, ...(migrates ? MIGRATION : [])].filter(
      (action) => timeoutOf(cib, resource, action) < (advised.get(action) ?? 0),
    );
    const cure = (what: string) => `add ${what} to ${name}; the meta-data says how`;
    if (!isMonitored(resource)) {
      return {
        verdict: 'bad',
        evidence: 'it has no recurring monitor',
        cure: cure('op monitor interval=10s'),
      };
    }
    if (short.length > 0) {
      const evidence = short
        .map((action) => `${action} has ${timeoutOf(cib, resource, action) / 1000} s`)
        .join(', ');
      const ops = short
        .map((action) => `op ${action} timeout=${Number(advised.get(action)) / 1000}s`)
        .join(' ');
      return { verdict: 'warning', evidence, cure: cure(ops) };
    }
    return { verdict: 'ok', evidence: 'all of them are at least what the meta-data says' };
  },
};

/** What the agent itself says, milliseconds. */
function advisedTimeouts({ stdout }: CommandResult): Map<string, number> {
  const actions = descendants(parsedXml(stdout, 'crm_resource'), 'action');
  return new Map(
    actions.map(({ attributes: { name = '', timeout = '' } }) => [name, milliseconds(timeout) ?? 0]),
  );
}

/** Milliseconds; one that cannot be read here is long enough. */
function timeoutOf({ operationDefaults }: Cib, { operations }: Primitive, action: string): number {
  const said = operations.find(({ name }) => name === action)?.timeout ?? operationDefaults.timeout;
  return said === undefined ? DEFAULT_TIMEOUT : (milliseconds(said) ?? Number.POSITIVE_INFINITY);
}

function isMonitored({ operations }: Primitive): boolean {
  return operations.some(
    ({ name, interval = '0', enabled }) =>
      name === 'monitor' && milliseconds(interval) !== 0 && enabled !== 'false',
  );
}
