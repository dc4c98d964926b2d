import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A directory that a test fills with what the kernel would show under `/`. */
export class FakeRoot {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.link('proc/self/ns/net', 'net:[1]');
  }

  put(files: Readonly<Record<string, string>>): this {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return this;
  }

  remove(name: string): void {
    rmSync(join(this.path, name), { recursive: true });
  }

  link(name: string, target: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }

  /** A process of root's, or where it is called so a kernel thread, that started `ticks` (1/100 s) after boot. */
  process(pid: number, command: string, ticks = 0, namespace: string | null = 'net:[1]'): this {
    const isKernelThread = command === 'lockd' || command === 'nfsd';
    const flags = isKernelThread ? 0x208040 : 0x400140;
    this.put({
      [`proc/${pid}/stat`]: `${pid} (${command}) S 2 0 0 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 1 0 ${ticks} 0\n`,
      [`proc/${pid}/status`]: `Name:\t${command}\nUid:\t0\t0\t0\t0\n`,
    });
    if (!isKernelThread) this.link(`proc/${pid}/exe`, `/usr/sbin/${command}`);
    if (namespace !== null) this.link(`proc/${pid}/ns/net`, namespace);
    return this;
  }

  /** A server that runs as Linux 6.1 shows it: NFSv3 only, four threads, both grace periods over. */
  server(): this {
    return this.put({
      'proc/uptime': '100.00 50.00\n',
      'proc/sys/kernel/osrelease': '6.1.176\n',
      'proc/sys/fs/nfs/nlm_grace_period': '0\n',
      'proc/sys/fs/nfs/nlm_timeout': '10\n',
      'proc/fs/lockd/nlm_end_grace': 'Y\n\0',
      'proc/fs/nfsd/v4_end_grace': 'Y\n',
      'proc/fs/nfsd/nfsv4gracetime': '90\n',
      'proc/fs/nfsd/threads': '4\n',
      'proc/fs/nfsd/versions': '-2 +3 -4 -4.0 -4.1 -4.2\n',
      'proc/fs/nfsd/portlist': 'tcp 2049\ntcp 2049\n',
      'proc/self/mountinfo': '20 1 0:18 / /proc rw - proc proc rw\n',
    })
      .process(50, 'lockd')
      .process(51, 'nfsd');
  }
}
