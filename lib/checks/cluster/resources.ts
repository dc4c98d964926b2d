import type { Cib, Primitive } from './cib.ts';

const AGENT = 'ocf:lockferry:nfslock';

/** The nfslock resources of the cluster. */
export function nfslocks({ primitives }: Cib): Primitive[] {
  return primitives.filter(({ agent }) => agent === AGENT);
}

/** Resources that bring one of these addresses up. */
export function addressResources({ primitives }: Cib, addresses: readonly string[]): Primitive[] {
  return primitives.filter(
    ({ agent, parameters }) => /^ocf:heartbeat:IP/i.test(agent) && addresses.includes(parameters.ip ?? ''),
  );
}

/** Resources that export a directory; of these directories where any are given, else those in the same group. */
export function exportResources(cib: Cib, id: string, directories: readonly string[]): Primitive[] {
  const exporting = cib.primitives.filter(({ agent }) => agent === 'ocf:heartbeat:exportfs');
  if (directories.length > 0) {
    return exporting.filter(({ parameters }) => directories.includes(parameters.directory ?? ''));
  }
  const together = [...cib.containers.values()].filter((members) => members.includes(id)).flat();
  return exporting.filter((each) => together.includes(each.id));
}

/** The resource that mounts the file system in which a directory lies; null: none does. */
export function mountResource({ primitives }: Cib, directory: string): Primitive | null {
  const mounting = primitives.filter(
    ({ agent, parameters }) =>
      agent === 'ocf:heartbeat:Filesystem' && isBelow(directory, parameters.directory ?? ''),
  );
  const depth = ({ parameters }: Primitive) => String(parameters.directory).length;
  return mounting.sort((one, other) => depth(other) - depth(one))[0] ?? null;
}

/** Whether a directory is another one or lies below it. */
export function isBelow(directory: string, top: string): boolean {
  return top !== '' && `${directory}/`.startsWith(`${top.replace(/\/+$/, '')}/`);
}
