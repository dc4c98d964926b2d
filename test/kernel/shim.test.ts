import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { buildShim, obstacles, SYSTEM_ENVIRONMENT } from '../../scripts/kernel-lab/host.ts';
import { PROJECT } from '../../scripts/kernel-lab/project.ts';

const EFAULT = 14;
const found = obstacles();
const skip = found.length > 0 && process.env.LOCKFERRY_SKIP_KERNEL === '1' ? found.join('; ') : false;

t.test(
  'a short floating point state, which some hosts refuse, is taken with the shim',
  { skip },
  async (t) => {
    const probe = async (env: Readonly<Record<string, string>>) =>
      (
        await execa('python3', [join(PROJECT, 'test/kernel/short-regset.py')], {
          env: { ...SYSTEM_ENVIRONMENT, ...env },
          extendEnv: false,
        })
      ).stdout;
    const alone = await probe({});
    // Only hosts whose floating point state is longer than User Mode Linux knows refuse it (those with AMX).
    t.ok([`${EFAULT} not set`, '0 set'].includes(alone), `without the shim: ${alone}`);
    t.equal(await probe({ LD_PRELOAD: await buildShim() }), '0 set');
  },
);
