import { resolve } from 'node:path';
import t from 'tap';
import { takeOptions } from '../../../lib/cli/take-options.ts';

t.test('paths are absolute, and what is not given is null', async (t) => {
  t.strictSame(
    takeOptions({ sharedDir: 'store', statdDir: undefined, takeOver: false }, { runtime: '/run/x' }),
    {
      ...{ dir: resolve('store'), statdDir: null, service: null, takeOver: false, runtime: '/run/x' },
    },
  );
  t.strictSame(takeOptions({ sharedDir: '/a/', service: 'nfs', statdDir: 'statd', takeOver: true }, {}), {
    ...{ dir: '/a', statdDir: resolve('statd'), service: 'nfs', takeOver: true, runtime: undefined },
  });
});
