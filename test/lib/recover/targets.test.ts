import t from 'tap';
import { targetsFor } from '../../../lib/recover/targets.ts';
import { fileOf, recordOf } from '../store/arbitraries.ts';

t.test('an address is told at that address, a name is looked up', async (t) => {
  const targets = targetsFor([fileOf('10.0.0.1'), fileOf('Host.Test')], new Set(['10.0.0.1', 'host.test']));
  t.same(targets, [
    { client: '10.0.0.1', addresses: ['10.0.0.1'], hostNames: [] },
    { client: 'host.test', addresses: [], hostNames: ['host.test'] },
  ]);
});

t.test("the file's name is another way to the client", async (t) => {
  const files = [
    { ...fileOf('host.test'), records: [recordOf('::ffff:10.0.0.1'), recordOf('10.0.0.1', 'n2')] },
    { ...fileOf('fd00::1'), records: [recordOf('10.0.0.1')] },
  ];
  t.same(targetsFor(files, new Set(['10.0.0.1'])), [
    { client: '10.0.0.1', addresses: ['10.0.0.1', 'fd00::1'], hostNames: ['host.test'] },
  ]);
});

t.test('nobody who is not wanted', async (t) => {
  t.same(targetsFor([fileOf('a'), { ...fileOf('b'), records: [] }], new Set(['b', 'c'])), []);
});
