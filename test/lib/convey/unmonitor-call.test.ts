import t from 'tap';
import { unmonitorCall } from '../../../lib/convey/unmonitor-call.ts';
import { recordOf } from '../store/arbitraries.ts';

t.test('SM_UNMON says client, node, and how the lock manager is called back', (t) => {
  const { program, version, procedure, args } = unmonitorCall(recordOf('10.0.0.1', 'n1'));
  t.same([program, version, procedure], [100024, 1, 3]);
  t.equal(
    args.toString('hex'),
    `00000008${Buffer.from('10.0.0.1').toString('hex')}00000002${Buffer.from('n1').toString('hex')}0000` +
      '000186b50000000400000010',
  );
  t.end();
});
