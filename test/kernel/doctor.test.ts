import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../../scripts/kernel-lab/index.ts';
import { complaints, type Finding } from '../support/findings.ts';
import { guideBlocks } from '../support/guide.ts';
import { KernelGuide, ONE, SHARED_LUN } from './guide-scene.ts';
import { FULL, labTest, OTHER_KERNEL, PATTERN } from './lab-test.ts';

// What doctor says of things that only a kernel has, on the node that serves, set up as the guide says: each of them is
// broken alone. test/cluster/doctor.test.ts does the same with all others.

/** One thing that is broken, and what doctor says of it. */
interface Breakage {
  readonly what: string;
  readonly damage: string;
  readonly repair: string;
  /** All that is complained about then. */
  readonly complaints: readonly string[];
  /** What is found, by check. */
  readonly evidence: Readonly<Record<string, RegExp>>;
}

const PORTS = '/etc/nfs.conf.d/ports.conf';
const mount = (options: string) => `mount -t nfs -o vers=3,${options} nfs.example.com:/srv/nfs/data /mnt`;
/** An rpc.statd of another network namespace, as far as anybody can tell who does not ask it. */
const NEIGHBOUR =
  'cp /bin/sleep /run/rpc.statd && { unshare -n /run/rpc.statd 3600 </dev/null >/dev/null 2>&1 & echo $! >/run/neighbour; }';
const BREAKAGES: readonly Breakage[] = [
  {
    what: 'an NFSv3 mount of its own',
    ...{ damage: mount('lock'), repair: 'umount /mnt' },
    complaints: ['nfs-mounts: warning'],
    evidence: {
      'nfs-mounts': /^nfs\.example\.com:\/srv\/nfs\/data on \/mnt$/,
      'grace-ways': /^Linux [\d.]+: SIGKILL to lockd$/,
    },
  },
  {
    what: 'one that takes no part in locking: nothing is wrong with it',
    ...{ damage: mount('nolock'), repair: 'umount /mnt' },
    complaints: [],
    evidence: { 'nfs-mounts': /^none/, 'grace-ways': /: a restart of its threads; SIGKILL to lockd$/ },
  },
  {
    what: 'an NFSv3 mount of its own, where lockd serves another network namespace',
    damage: `${NEIGHBOUR} && ${mount('lock')}`,
    repair: 'umount /mnt; kill $(cat /run/neighbour)',
    complaints: ['grace-ways: bad', 'nfs-mounts: warning'],
    evidence: { 'grace-ways': /nfsdcld lets nfsd skip .* NFS mounts keep lockd, and SIGKILL would drop/ },
  },
  {
    what: "a number of another status monitor's",
    damage: 'cat /proc/sys/fs/nfs/nsm_local_state >/run/number; sysctl -qw fs.nfs.nsm_local_state=99',
    repair: 'sysctl -qw fs.nfs.nsm_local_state=$(cat /run/number)',
    complaints: ['nsm-local-state: warning'],
    evidence: {
      'nsm-local-state': /^nsm_local_state is 99, and this node's own status monitor has number \d+$/,
    },
  },
  {
    what: 'a port of lockd that changes with each start',
    damage: 'sysctl -qw fs.nfs.nlm_tcpport=0',
    repair: 'sysctl -qw fs.nfs.nlm_tcpport=4045',
    complaints: ['ports: warning'],
    evidence: { ports: /^any port: lockd \([^)]*\)$/ },
  },
  {
    what: 'a port of rpc.mountd that changes with each start',
    damage: `cp ${PORTS} /run/ports.conf && sed -i /mountd/,+1d ${PORTS}`,
    repair: `mv /run/ports.conf ${PORTS}`,
    complaints: ['ports: warning'],
    evidence: { ports: /^any port: rpc\.mountd \([^)]*\)$/ },
  },
];
/** The lab's nodes have no time service. */
const ALWAYS = 'clocks: ';

/** A slow node has something that is late for once: it is asked again until it complains of that alone. */
async function doctor(node: Guest, expected: readonly string[]): Promise<readonly Finding[]> {
  for (let tries = 1; ; tries += 1) {
    const { stdout, stderr } = await node.run(['lockferry', 'doctor', '--json']);
    if (stdout === '') throw new Error(`doctor says nothing: ${stderr}`);
    const { findings } = JSON.parse(stdout);
    if (tries === 4 || isDeepStrictEqual(complained(findings), expected)) return findings;
  }
}

const complained = (findings: readonly Finding[]) =>
  complaints(findings)
    .filter((each) => !each.startsWith(ALWAYS))
    .sort();

if (FULL && !OTHER_KERNEL && PATTERN.test('doctor')) {
  labTest('doctor, where the guide active-passive was followed by pcs', async (t, lab) => {
    const guide = await KernelGuide.create(t, lab, [ONE], SHARED_LUN);
    await guide.follow([...guideBlocks('nodes'), ...guideBlocks('active-passive')], ['kernel', 'pcs']);
    const node = await guide.serving();
    for (const { what, damage, repair, complaints, evidence } of BREAKAGES) {
      await t.test(what, async (t) => {
        await node.sh(damage);
        const findings = await doctor(node, complaints);
        t.same(complained(findings), complaints, {
          findings: findings.filter(({ verdict }) => verdict !== 'ok'),
        });
        for (const [code, said] of Object.entries(evidence))
          t.match(findings.find((each) => each.code === code)?.evidence, said);
        await node.sh(repair);
      });
    }
    t.same(complained(await doctor(node, [])), [], 'all is well again');
  });
}
