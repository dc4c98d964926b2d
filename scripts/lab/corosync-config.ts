export interface Member {
  readonly name: string;
  readonly address: string;
}

/**
 * corosync.conf for a lab cluster. A token of 1 s survives a loaded machine (300 ms did not); no real-time
 * scheduling and no cgroup, which a pid namespace cannot give.
 */
export function corosyncConfig(members: readonly Member[], token: number): string {
  const nodes = members.map(
    ({ name, address }, index) => `  node {
    ring0_addr: ${address}
    name: ${name}
    nodeid: ${index + 1}
  }`,
  );
  return `totem {
  version: 2
  cluster_name: lab
  transport: knet
  token: ${token}
  crypto_cipher: none
  crypto_hash: none
}
system {
  move_to_root_cgroup: no
  sched_rr: no
}
logging {
  to_logfile: yes
  logfile: /var/log/corosync/corosync.log
  to_syslog: no
  timestamp: hires
}
quorum {
  provider: corosync_votequorum
  two_node: ${members.length === 2 ? 1 : 0}
  wait_for_all: 0
}
nodelist {
${nodes.join('\n')}
}
`;
}
