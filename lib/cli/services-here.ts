import { resolve } from 'node:path';
import { Fault, sentenceOf } from '../fault.ts';
import { isStarted } from '../keeper/index.ts';
import { RuntimeDirectory, startedServices } from '../node/runtime-directory.ts';
import { printable } from '../printable.ts';

/** A service that is started on this node, and where its lock store is; null: `problem` says why that is not known. */
export interface ServiceHere {
  readonly service: string;
  readonly sharedDir: string | null;
  readonly problem: string | null;
}

/**
 * The services that are started on this node, or the one of this name.
 * @throws Fault `bad-parameter` where that one is not started.
 */
export async function servicesHere(service: string | undefined, runtime?: string): Promise<ServiceHere[]> {
  const started: string[] = [];
  for (const name of await startedServices(runtime)) if (await isStarted(name, runtime)) started.push(name);
  if (service !== undefined && !started.includes(service)) {
    throw new Fault('bad-parameter', `no service ${printable(service, 80)} is started on this node`);
  }
  const wanted = service === undefined ? started : [service];
  return Promise.all(
    wanted.map(async (name) => {
      const declared = await new RuntimeDirectory(name, runtime).service().catch(sentenceOf);
      if (declared instanceof Object)
        return { service: name, sharedDir: resolve(declared.sharedDir), problem: null };
      // Null: it was stopped since it was found started.
      return { service: name, sharedDir: null, problem: `cannot be asked: ${declared}` };
    }),
  );
}
