import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { buildShim, obstacles, SYSTEM_ENVIRONMENT } from '../../scripts/kernel-lab/host.ts';
import { PROJECT } from '../../scripts/kernel-lab/project.ts';

const EFAULT = 14;
const found = obstacles();
const skip = found.length > 0 && process.env.LOCKFERRY_SKIP_KERNEL === '1' ? found.join('; ') : false;

t.test(
  'the host refuses a short floating point state, and the shim makes it long enough',
  { skip },
  async (t) => {
    const probe = async (env: Readonly<Record<string, string>>) =>
      (
        await execa('python3', [join(PROJECT, 'test/kernel/short-regset.py')], {
          env: { ...SYSTEM_ENVIRONMENT, ...env },
          extendEnv: false,
        })
      ).stdout;
    t.equal(await probe({}), `${EFAULT} not set`);
    t.equal(await probe({ LD_PRELOAD: await buildShim() }), '0 set');
  },
);
