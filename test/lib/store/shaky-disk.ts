import { type Disk, REAL_DISK } from '../../../lib/store/disk.ts';

/**
 * The real disk, except where `fails` names an errno for a call: of the directory (`open`, `unlink`, ...) or of
 * an open file (`write`, `datasync`, ...), with the path it is about.
 */
export function shakyDisk(fails: (call: string, path: string) => string | undefined): Disk {
  const attempt = async <T>(call: string, path: string, step: () => Promise<T>): Promise<T> => {
    const errno = fails(call, path);
    if (errno !== undefined) throw Object.assign(new Error(`${errno}: ${call}`), { code: errno });
    return step();
  };
  return {
    open: async (path, flags, mode) => {
      const handle = await attempt('open', String(path), () => REAL_DISK.open(path, flags, mode));
      return new Proxy(handle, {
        get(target, key) {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) =>
            attempt(String(key), String(path), () => Reflect.apply(member, target, args));
        },
      });
    },
    readdir: (path) => attempt('readdir', path, () => REAL_DISK.readdir(path)),
    lstat: (path) => attempt('lstat', path, () => REAL_DISK.lstat(path)),
    mkdir: (path, options) => attempt('mkdir', path, () => REAL_DISK.mkdir(path, options)),
    unlink: (path) => attempt('unlink', path, () => REAL_DISK.unlink(path)),
  };
}
