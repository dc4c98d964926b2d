import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Keeper } from '../../../lib/keeper/keeper.ts';
import { realSurroundings } from '../../../lib/keeper/surroundings.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { type Disk, REAL_DISK } from '../../../lib/store/disk.ts';
import { exampleService } from '../../support/example-service.ts';

/*
 * A keeper that says when each client's record is durable, with the arguments STATD_DIRECTORY STORE RUN_DIRECTORY. It
 * prints `ready` when it has adopted the service, and after each fdatasync a line `TIME NAME...`, the time in milliseconds
 * since 1970. It ends with its standard input.
 */
const [statdDir = '', sharedDir = '', run = ''] = process.argv.slice(2);
const CAPTURED = /"type":"captured","file":\{"name":"([^"]+)"/g;

const disk: Disk = {
  ...REAL_DISK,
  open: async (...args: Parameters<typeof open>) => {
    const handle = await open(...args);
    let written: string[] = [];
    return new Proxy(handle, {
      get(target, key) {
        if (key === 'write') {
          return (bytes: Buffer, start: number, length: number, at: number) => {
            const text = bytes.toString('latin1', start, start + length);
            for (const [, name] of text.matchAll(CAPTURED)) written.push(String(name));
            return target.write(bytes, start, length, at);
          };
        }
        if (key === 'datasync') {
          return async () => {
            const names = written;
            written = [];
            await target.datasync();
            const at = performance.timeOrigin + performance.now();
            if (names.length > 0) process.stdout.write(`${at} ${names.join(' ')}\n`);
          };
        }
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  },
};

const service = exampleService({ name: 'bench', sharedDir, statdDir, lockManager: 'ganesha' });
const directory = new RuntimeDirectory(service.name, run);
mkdirSync(run, { recursive: true, mode: 0o700 });
await directory.create(service);
const keeper = new Keeper(service, directory, () => undefined, {
  ...{ ...realSurroundings(service), disk },
  // As it is while clients come: until it has been seen, each capture looks for it.
  localAddresses: () => new Set(service.addresses),
});
await keeper.adopt();
const { phase, verdict } = keeper.report();
process.stdout.write(phase === 'capturing' ? 'ready\n' : `${verdict.reason}\n`);
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume();
