import t from 'tap';
import { isMonitored, monitorCall } from '../../../lib/checks/monitor-call.ts';

t.test('SM_MON says client, node, how to call back, and a cookie', (t) => {
  const { program, version, procedure, args } = monitorCall({
    ...{ monName: '10.0.0.1', myName: 'n1', program: 100021, version: 4, procedure: 24 },
  });
  t.same([program, version, procedure], [100024, 1, 2]);
  const names = `00000008${Buffer.from('10.0.0.1').toString('hex')}00000002${Buffer.from('n1').toString('hex')}0000`;
  t.equal(args.toString('hex'), `${names}000186b50000000400000018${'00'.repeat(16)}`);
  t.end();
});

t.test('its answer', (t) => {
  t.ok(isMonitored(Buffer.from('0000000000000003', 'hex')));
  t.notOk(isMonitored(Buffer.from('00000001ffffffff', 'hex')));
  t.notOk(isMonitored(Buffer.alloc(0)));
  t.end();
});
