import t from 'tap';
import { graceTime } from '../../../lib/recover/grace-time.ts';

const KERNEL = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 } as const;
const GRACE = { on: true, served: true, remaining: 7000, managers: { nlm: true, nfsd4: null } };
const means = { read: async () => GRACE, length: async () => 90_000 };

t.test("the kernel's: what is left of it, and what a new one would have", async (t) => {
  t.same(await graceTime(KERNEL, means), { remaining: 7000, full: 90_000 });
});

t.test('what cannot be known is unknown', async (t) => {
  const unknown = { remaining: null, full: null };
  t.same(await graceTime(null, means), unknown);
  t.same(await graceTime({ ...KERNEL, kind: 'ganesha' }, means), unknown);
  t.same(await graceTime(KERNEL, { ...means, read: () => Promise.reject(new Error('EIO')) }), unknown);
});

t.test('this node is asked where no other is named', async (t) => {
  t.hasProps(await graceTime(KERNEL), ['remaining', 'full']);
});
