import { printable } from '../printable.ts';
import type { ResourceCheck } from './check.ts';
import { exportResources } from './cluster/resources.ts';

/** What resource agents take for yes (resource-agents, ocf-shellfuncs ocf_is_true()). */
const YES = /^(yes|true|1|ja|on)$/i;

export const exportRelease: ResourceCheck = {
  of: 'resource',
  code: 'export-release',
  about: 'whether exportfs releases locks as it stops',
  consequence: 'A restart of the export, while nfsd runs on, drops the locks, and no client is told.',
  async look(cib, { name, exports }) {
    const releasing = exportResources(cib, name, exports).filter(({ parameters }) =>
      YES.test(parameters.unlock_on_stop || '1'),
    );
    if (releasing.length === 0) return { verdict: 'ok', evidence: 'nfslock alone does it' };
    const ids = releasing.map(({ id }) => printable(id)).join(', ');
    const cure = `unlock_on_stop=0 for ${ids}; nfslock releases the locks of its exports`;
    return { verdict: 'warning', evidence: `${ids}: unlock_on_stop`, cure };
  },
};
