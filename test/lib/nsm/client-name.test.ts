import t from 'tap';
import { clientName } from '../../../lib/nsm/client-name.ts';

t.test('one client, however its lock manager wrote it', async (t) => {
  t.equal(clientName('::ffff:10.1.2.3'), '10.1.2.3');
  t.equal(clientName('::FFFF:10.1.2.3'), '10.1.2.3');
  t.equal(clientName('10.1.2.3'), '10.1.2.3');
  t.equal(clientName('Client.Example.TEST'), 'client.example.test');
  t.equal(clientName('FD00::5%Eth0'), 'fd00::5%eth0');
});

t.test('what only looks like a mapped address stays what it is', async (t) => {
  t.equal(clientName('::ffff:300.1.2.3'), '::ffff:300.1.2.3');
  t.equal(clientName('::ffff:a01:203'), '::ffff:a01:203');
  t.equal(clientName('x::ffff:10.1.2.3'), 'x::ffff:10.1.2.3');
});
