import t from 'tap';
import { encodeStatusChange, STATUS_MONITOR } from '../../../lib/nsm/sm-notify.ts';

t.test('the bytes are those that sm-notify 2.6.2 sends', async (t) => {
  t.equal(
    encodeStatusChange('vip.example.test', 3).toString('hex'),
    '000000107669702e6578616d706c652e7465737400000003',
  );
  t.equal(encodeStatusChange('vip', 3).toString('hex'), '000000037669700000000003');
  t.strictSame(STATUS_MONITOR, { program: 100024, version: 1, monitor: 2, unmonitor: 3, notify: 6 });
});

t.test('a byte that is not ASCII stays one byte', async (t) => {
  t.equal(encodeStatusChange('caf\xe9', 7).toString('hex'), '00000004636166e900000007');
});

t.test('the longest name and the largest numbers fit, nothing beyond', async (t) => {
  t.equal(encodeStatusChange('x'.repeat(1024), 0x7fff_ffff).length, 4 + 1024 + 4);
  t.throws(() => encodeStatusChange('x'.repeat(1025), 1), { code: 'bad-parameter' });
  for (const name of ['', 'a b', 'a\nb', 'a\0', 'caf\u0119']) {
    t.throws(() => encodeStatusChange(name, 1), { code: 'bad-parameter' }, JSON.stringify(name));
  }
  for (const state of [1.5, Number.NaN, 0x8000_0000]) {
    t.throws(() => encodeStatusChange('x', state), { code: 'bad-parameter' }, String(state));
  }
});
