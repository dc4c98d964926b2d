import { RuntimeDirectory, startedServices } from '../node/runtime-directory.ts';
import { LOCK_MANAGER_CHOICES, TRIGGER_CHOICES } from '../node/service.ts';
import type { ExaminedService } from './check.ts';
import type { Cib, Primitive } from './cluster/cib.ts';
import { nfslocks } from './cluster/resources.ts';

/**
 * The services that are started on this node, and those that the cluster may start here.
 * @param cib null where there is no cluster, or it does not say
 */
export async function declaredServices(cib: Cib | null, runtime?: string): Promise<ExaminedService[]> {
  const names = await startedServices(runtime);
  const started = await Promise.all(
    names.map((name) => new RuntimeDirectory(name, runtime).service().catch(() => null)),
  );
  const here = started.flatMap((service) => (service === null ? [] : [{ ...service, startedHere: true }]));
  const elsewhere = (cib === null ? [] : nfslocks(cib)).filter(({ id }) => !names.includes(id));
  return [...here, ...elsewhere.map(fromResource)];
}

/** The agent checks values when it starts; here they only say where to look. */
function fromResource({ id, parameters }: Primitive): ExaminedService {
  const words = (name: string) => (parameters[name] ?? '').split(/[,\s]+/).filter((word) => word !== '');
  const among = <T extends string>(choices: readonly T[], name: string, otherwise: T): T =>
    choices.find((choice) => choice === parameters[name]) ?? otherwise;
  return {
    name: id,
    sharedDir: parameters.shared_dir ?? '/',
    addresses: words('ip'),
    names: words('names'),
    exports: words('exports'),
    statdDir: parameters.statd_dir || null,
    lockManager: among(LOCK_MANAGER_CHOICES, 'lock_manager', 'auto'),
    trigger: among(TRIGGER_CHOICES, 'trigger', 'auto'),
    startedHere: false,
  };
}
