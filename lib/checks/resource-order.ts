import { printable } from '../printable.ts';
import type { ResourceCheck } from './check.ts';
import { comesBefore } from './cluster/comes-before.ts';
import { addressResources, exportResources, mountResource } from './cluster/resources.ts';

export const resourceOrder: ResourceCheck = {
  of: 'resource',
  code: 'resource-order',
  about: 'what starts before nfslock, and what after it',
  consequence: 'Clients reach the node before its grace period is on, and locks are given away.',
  async look(cib, { name, addresses, exports, sharedDir }) {
    const floating = addressResources(cib, addresses);
    const after = [...floating, ...exportResources(cib, name, exports)].map(({ id }) => id);
    const mount = mountResource(cib, sharedDir)?.id;
    const early = after.filter((id) => !comesBefore(cib, name, id));
    const late = mount !== undefined && !comesBefore(cib, mount, name);
    if (early.length > 0 || late) {
      const wrong = [...(late ? [`before ${mount}`] : []), ...early.map((id) => `after ${id}`)].map((text) =>
        printable(text),
      );
      const cure = `place ${printable(name)} after the file system and before exports and address`;
      return { verdict: 'bad', evidence: `it may start ${wrong.join(', ')}`, cure };
    }
    if (floating.length === 0) {
      const evidence = `no resource brings ${addresses.join(', ')} up`;
      return { verdict: 'warning', evidence, cure: 'add an IPaddr2 after it, or correct ip' };
    }
    const order = [...(mount === undefined ? [] : [mount]), name, ...after];
    return { verdict: 'ok', evidence: order.map((id) => printable(id)).join(', ') };
  },
};
