import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** The service's floating address, and another address of its node. */
export const FLOATING = '10.66.0.100';
export const NODE = '10.66.0.1';

const PRIVATE_FILES = `
mount -t tmpfs tmpfs /run
mkdir -p /run/rpcbind /run/lock
sed 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf >/run/nsswitch.conf
: >/run/resolv.conf
printf '127.0.0.1 localhost\\n${FLOATING} vip.example.test vip\\n' >/run/hosts
for file in nsswitch.conf resolv.conf hosts; do mount --bind /run/$file /etc/$file; done
ip link set lo up`;

// Every address of 10.77.0.0/16 and fd77::/64 is this host: rpcbind and statd answer from the one that was asked.
// 10.78.0.0/16 comes here too, and is dropped without a word; so is UDP to 10.77.200.0/24.
const CLIENT_NETWORK = `
ip addr add 10.66.0.2/24 dev clients
ip addr add fd66::2/64 dev clients nodad
ip link set clients up
ip route add local 10.77.0.0/16 dev lo
ip -6 route add local fd77::/64 dev lo
sysctl -qw net.ipv6.ip_nonlocal_bind=1
ip route add blackhole 10.78.0.0/16
ip rule add pref 10 table local
ip rule del pref 0
ip rule add pref 5 to 10.77.200.0/24 ipproto udp blackhole`;

const SERVER_NETWORK = `
ip addr add ${NODE}/24 dev server
ip addr add ${FLOATING}/32 dev server
ip addr add fd66::100/64 dev server nodad
ip link set server up
ip route add 10.77.0.0/16 via 10.66.0.2
ip route add 10.78.0.0/16 via 10.66.0.2
ip -6 route add fd77::/64 via fd66::2`;

const STATUS_MONITOR = `
mount -t tmpfs tmpfs /var/lib/nfs
mkdir -p /var/lib/nfs/sm /var/lib/nfs/sm.bak
chown statd /var/lib/nfs /var/lib/nfs/sm /var/lib/nfs/sm.bak
rpcbind -w
rpc.statd -L
until rpcinfo -T udp 127.0.0.1 100024 1 >/dev/null 2>&1; do sleep 0.05; done`;

/** Network, mount and process namespaces of their own; they end with the process that made them. */
class Host {
  readonly #holder: ChildProcess;
  readonly pid: number;

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  static async start(): Promise<Host> {
    const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const holder = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, 'sh', '-c', 'echo up; sleep 3600'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!holder.stdout) throw new Error('no output');
    await once(holder.stdout, 'data');
    const children = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'ascii');
    return new Host(holder, Number.parseInt(children, 10));
  }

  /** The command line that runs a command there. */
  command(argv: readonly string[]): string[] {
    return ['nsenter', '-t', String(this.pid), '-n', '-m', '-p', '--', ...argv];
  }

  /** Runs a command there, for so many milliseconds at most; returns its output and how long it took. */
  async run(argv: readonly string[], timeout = 30_000): Promise<{ out: string; ms: number; ended: boolean }> {
    const begin = performance.now();
    const [program = '', ...args] = this.command(['timeout', '-s', 'KILL', String(timeout / 1000), ...argv]);
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
    const done = await exec(program, args, { env, maxBuffer: 1 << 28 }).catch((error) => error);
    return { out: String(done.stdout), ms: performance.now() - begin, ended: done.code !== 137 };
  }

  async script(text: string): Promise<void> {
    const { out, ended } = await this.run(['sh', '-ec', `{ ${text}\n} 2>&1\necho done`]);
    if (!ended || !out.endsWith('done\n')) throw new Error(`the lab did not come up: ${out}`);
  }

  /** A path in the host's own file system, as seen from here. */
  path(inside: string): string {
    return `/proc/${this.pid}/root${inside}`;
  }

  stop(): void {
    this.#holder.kill('SIGKILL');
  }
}

/**
 * A server with a floating address, and one host that is every client: the real rpcbind and rpc.statd, which look
 * up names in their hosts file only.
 */
export class Room {
  readonly server: Host;
  readonly clients: Host;

  private constructor(server: Host, clients: Host) {
    this.server = server;
    this.clients = clients;
  }

  static async open(): Promise<Room> {
    const [server, clients] = [await Host.start(), await Host.start()];
    try {
      await server.script(PRIVATE_FILES);
      await clients.script(PRIVATE_FILES);
      // nsenter into the network alone, so that the other host's process id means something.
      const link = [
        'link',
        'add',
        'server',
        'type',
        'veth',
        'peer',
        'name',
        'clients',
        'netns',
        `${clients.pid}`,
      ];
      await exec('nsenter', ['-t', `${server.pid}`, '-n', 'ip', ...link]);
      await server.script(SERVER_NETWORK);
      await clients.script(CLIENT_NETWORK + STATUS_MONITOR);
    } catch (error) {
      server.stop();
      clients.stop();
      throw error;
    }
    return new Room(server, clients);
  }

  /** Datagrams that sockets on a host had no room for. */
  overflows(host: Host): number {
    const snmp = readFileSync(`/proc/${host.pid}/net/snmp`, 'ascii').split('\n');
    const [names = '', values = ''] = snmp.filter((line) => line.startsWith('Udp:'));
    return Number(values.split(' ')[names.split(' ').indexOf('RcvbufErrors')]);
  }

  /** Monitor records in a directory of the server, as statd would have written them. */
  writeRecords(directory: string, names: readonly string[]): void {
    const path = this.server.path(directory);
    for (const sub of ['sm', 'sm.bak']) mkdirSync(`${path}/${sub}`, { recursive: true });
    for (const name of names) {
      const fixed = '0100007f 000186b5 00000004 00000010 000102030405060708090a0b0c0d0e0f';
      writeFileSync(`${path}/sm/${name}`, `${fixed} ${name} n1\n`);
    }
  }

  close(): void {
    this.server.stop();
    this.clients.stop();
  }
}
