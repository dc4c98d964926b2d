import type { Service } from '../../lib/node/service.ts';

/** A service with every parameter at its default, and more said of it. */
export function exampleService(more: Partial<Service> = {}): Service {
  return {
    ...{ name: 'nfs-a', sharedDir: '/srv/store', addresses: ['192.0.2.1'], names: [], exports: [] },
    ...{ statdDir: null, lockManager: 'auto', capture: 'watch', recordFormat: 'record', trigger: 'auto' },
    ...{
      restartCommand: [],
      notifyPort: 0,
      maxLag: 30,
      strict: false,
      unlockOnStop: true,
      graceEnd: 'full',
      ...more,
    },
  };
}
