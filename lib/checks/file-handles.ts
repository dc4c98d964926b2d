import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../printable.ts';
import type { ExaminedService, ServiceCheck } from './check.ts';
import { exportResources } from './cluster/resources.ts';
import type { ExaminedNode } from './examined-node.ts';
import type { Found } from './finding.ts';
import { ganeshaValues } from './ganesha-conf.ts';
import { lockManagerKind } from './lock-manager-kind.ts';

const CURE = 'give each export an fsid of its own, the same on every node';

/** One node cannot see another one's exports: it sees whether they are bound to be the same. */
export const fileHandles: ServiceCheck = {
  of: 'service',
  code: 'file-handles',
  about: 'whether exports have the same fsid on every node',
  consequence: 'After a failover file handles are stale: clients get ESTALE, and their locks are gone.',
  async look(node, service) {
    if ((await lockManagerKind(node, service)) === 'ganesha') return ofGanesha(node);
    return ofKernel([...(await resourceExports(node, service)), ...(await fileExports(node.root, service))]);
  },
};

/** NFS-Ganesha's handles hold the export's id, and what tells its file system: a device's number, unless told otherwise. */
async function ofGanesha({ root }: ExaminedNode): Promise<Found> {
  const devices = await ganeshaValues('fsid_device', root);
  if (devices === null) return { verdict: 'unknown', evidence: 'there is no /etc/ganesha/ganesha.conf' };
  const [exported = [], ids = []] = [
    await ganeshaValues('Export_Id', root),
    await ganeshaValues('Filesystem_Id', root),
  ];
  const word = devices.at(-1)?.toLowerCase() ?? 'false';
  if (['true', 'yes', '1'].includes(word)) return { verdict: 'ok', evidence: `fsid_device=${word}` };
  if (exported !== null && ids !== null && ids.length >= Math.max(1, exported.length)) {
    return { verdict: 'ok', evidence: 'every export has a Filesystem_Id' };
  }
  const cure = 'set fsid_device=true in NFS_CORE_PARAM, on every node';
  return { verdict: 'warning', evidence: `fsid_device=${printable(word)} in ganesha.conf`, cure };
}

interface Export {
  readonly name: string;
  /** Null: nothing is said. */
  readonly fsid: string | null;
}

function ofKernel(exported: readonly Export[]): Found {
  const without = exported.filter(({ fsid }) => fsid === null);
  const twice = exported.filter(
    ({ fsid, name }, at) => exported.findIndex((each) => each.fsid === fsid && each.name !== name) > at,
  );
  const names = (list: readonly Export[]) => list.map(({ name }) => printable(name)).join(', ');
  if (without.length > 0) return { verdict: 'warning', evidence: `no fsid: ${names(without)}`, cure: CURE };
  if (twice.length > 0)
    return { verdict: 'bad', evidence: `${names(twice)}: another has its fsid`, cure: CURE };
  if (exported.length === 0) return { verdict: 'ok', evidence: 'no export of it is known here' };
  return {
    verdict: 'ok',
    evidence: exported.map(({ name, fsid }) => `${printable(name)} has ${fsid}`).join(', '),
  };
}

async function resourceExports(
  { cluster }: ExaminedNode,
  { name, exports }: ExaminedService,
): Promise<Export[]> {
  const cib = await cluster().catch(() => null);
  if (cib === null) return [];
  return exportResources(cib, name, exports).map(({ id, parameters: { fsid, options = '' } }) => ({
    name: id,
    fsid: fsid || fsidIn(options),
  }));
}

/** What exports(5) and /etc/exports.d say of the service's directories. */
async function fileExports(root: string, { exports }: ExaminedService): Promise<Export[]> {
  const more = await readdir(join(root, 'etc/exports.d')).catch(() => []);
  const files = [
    'etc/exports',
    ...more.filter((name) => name.endsWith('.exports')).map((name) => `etc/exports.d/${name}`),
  ];
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8').catch(() => '')));
  const lines = texts.flatMap((text) => text.replace(/\\\n/g, ' ').replace(/#.*/g, '').split('\n'));
  return lines.flatMap((line) => {
    const [directory = '', ...clients] = line.trim().replaceAll('"', '').split(/\s+/);
    return exports.includes(directory) ? [{ name: directory, fsid: fsidIn(clients.join(',')) }] : [];
  });
}

function fsidIn(options: string): string | null {
  return /\bfsid=([^,)\s]+)/.exec(options)?.[1] ?? null;
}
