import t, { type Test } from 'tap';
import { KernelLab, obstacles } from '../../scripts/kernel-lab/index.ts';

t.setTimeout(3_600_000);

/** All rows, or those of a short run. */
export const FULL = (process.env.LOCKFERRY_KERNEL_FULL ?? '') !== '';

/** How often each row is run, and the rows that are wanted. */
export const TIMES = Number(process.env.LOCKFERRY_KERNEL_TIMES ?? 1);
export const PATTERN = new RegExp(process.env.LOCKFERRY_KERNEL_ROWS ?? '.');

/** Another kernel than Debian's User Mode Linux was asked for. */
export const OTHER_KERNEL = process.env.LOCKFERRY_UML !== undefined;

/** A test that needs kernels of its own. Where they cannot boot it fails, or is skipped where that was allowed. */
export function labTest(name: string, body: (t: Test, lab: KernelLab) => Promise<void>): void {
  const found = obstacles();
  const skip = found.length > 0 && process.env.LOCKFERRY_SKIP_KERNEL === '1' ? found.join('; ') : false;
  t.test(name, { skip }, async (t) => {
    const lab = await KernelLab.create();
    t.teardown(() => lab.close());
    await body(t, lab);
  });
}
