import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { findProgram } from '../node/program.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import type { Finding } from './finding.ts';
import { SM_NOTIFY_CHECKS } from './sm-notify-checks.ts';

/** The node that is checked; a test gives another. */
export interface CheckedNode {
  /** `process.versions.node`. */
  readonly nodeVersion: string;
  /** The root of its file system. */
  readonly root: string;
  /** Where its programs are. */
  readonly path: string;
}

type Check = (service: Service, node: CheckedNode) => Promise<Finding>;

/** The first version of Node.js that Lockferry is tested on. */
const OLDEST_NODE = [18, 20] as const;

const nodeVersion: Check = async (_service, { nodeVersion: version }) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const evidence = `Node.js ${version}`;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return { code: 'node-version', verdict: 'ok', evidence };
  }
  const cure = `install Node.js ${OLDEST_NODE.join('.')} or newer`;
  return { code: 'node-version', verdict: 'failure', fault: 'not-installed', evidence, cure };
};

/** statd drops to the owner of sm/ (nfs-utils, support/nsm/file.c, nsm_drop_privileges): root would mean never. */
const statdDirectory: Check = async ({ statdDir }, { root }) => {
  const code = 'statd-directory';
  try {
    const directory = await findStatdDirectory(statdDir, root);
    const sm = join(directory, 'sm');
    const found = await stat(join(root, sm)).catch(() => null);
    if (found === null) {
      return { code, verdict: 'warning', evidence: `${sm} does not exist`, cure: 'start rpc.statd once' };
    }
    if (found.uid === 0) {
      const cure = "give it to statd's user, or statd runs as root";
      return { code, verdict: 'warning', evidence: `${sm} belongs to root`, cure };
    }
    return { code, verdict: 'ok', evidence: `${sm} belongs to uid ${found.uid}` };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message, facts } = error;
    return { code, verdict: 'failure', fault: error.code, evidence: message, cure: String(facts.cure) };
  }
};

const ganeshaControl: Check = async ({ lockManager }, { path }) => {
  const code = 'ganesha-control';
  if (lockManager !== 'ganesha') return { code, verdict: 'ok', evidence: 'NFS-Ganesha is not asked for' };
  const program = await findProgram('dbus-send', path);
  if (program !== null) return { code, verdict: 'ok', evidence: program };
  return {
    code,
    verdict: 'failure',
    fault: 'not-installed',
    evidence: 'dbus-send is not installed, and lock_manager=ganesha needs it',
    cure: 'install dbus',
  };
};

/** Looks at the path alone: the store's storage may hang, and validation must not. */
const storePlace: Check = async ({ sharedDir, statdDir }, { root }) => {
  const code = 'store-place';
  const directory = await findStatdDirectory(statdDir, root).catch(() => '/var/lib/nfs');
  if (`${sharedDir}/`.startsWith(`${directory}/`)) {
    const cure = 'keep the lock store elsewhere, on shared storage';
    const evidence = `shared_dir is in ${directory}, statd's own directory`;
    return { code, verdict: 'failure', fault: 'bad-node', evidence, cure };
  }
  if (/^\/(run|dev|proc|sys)\//.test(`${sharedDir}/`)) {
    const cure = 'put it on storage that moves with the service';
    return { code, verdict: 'warning', evidence: 'shared_dir is on a file system of this boot', cure };
  }
  return { code, verdict: 'ok', evidence: sharedDir };
};

const CHECKS: readonly Check[] = [
  nodeVersion,
  statdDirectory,
  ganeshaControl,
  storePlace,
  ...SM_NOTIFY_CHECKS,
];

/** Checks that this node can run the service; never touches shared_dir. One finding a check, in a fixed order. */
export function checkNode(service: Service, node: CheckedNode): Promise<Finding[]> {
  return Promise.all(CHECKS.map((check) => check(service, node)));
}
