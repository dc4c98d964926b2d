import { type Disk, REAL_DISK } from '../../../lib/store/disk.ts';

/** What is done round each call: of the directory (`open`, `unlink`, ...) or of an open file (`write`, ...). */
export type Around = <T>(call: string, path: string, step: () => Promise<T>) => Promise<T>;

/** The real disk, with something done round each call. */
export function watchedDisk(around: Around): Disk {
  return {
    open: async (path, flags, mode) => {
      const handle = await around('open', String(path), () => REAL_DISK.open(path, flags, mode));
      return new Proxy(handle, {
        get(target, key) {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) =>
            around(String(key), String(path), () => Reflect.apply(member, target, args));
        },
      });
    },
    readdir: (path) => around('readdir', path, () => REAL_DISK.readdir(path)),
    lstat: (path) => around('lstat', path, () => REAL_DISK.lstat(path)),
    mkdir: (path, options) => around('mkdir', path, () => REAL_DISK.mkdir(path, options)),
    unlink: (path) => around('unlink', path, () => REAL_DISK.unlink(path)),
  };
}

/** The real disk, except where `fails` names an errno for a call. */
export function shakyDisk(fails: (call: string, path: string) => string | undefined): Disk {
  return watchedDisk(async (call, path, step) => {
    const errno = fails(call, path);
    if (errno !== undefined) throw Object.assign(new Error(`${errno}: ${call}`), { code: errno });
    return step();
  });
}
