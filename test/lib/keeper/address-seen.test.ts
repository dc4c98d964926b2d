import t from 'tap';
import { AddressSeen } from '../../../lib/keeper/address-seen.ts';

t.test('an address that was up once was seen, and is not looked for again', (t) => {
  const local = new Set<string>(['192.0.2.9']);
  let looks = 0;
  const address = new AddressSeen(
    { addresses: ['192.0.2.1', '2001:db8::1'] },
    {
      localAddresses: () => {
        looks += 1;
        return local;
      },
    },
  );
  address.look();
  t.equal(address.seen, false);
  local.add('2001:db8::1');
  t.equal(address.seen, false, 'nobody has looked');
  address.look();
  t.equal(address.seen, true);
  local.clear();
  address.look();
  t.equal(address.seen, true);
  t.equal(looks, 2);

  let asked = 0;
  const mute = new AddressSeen(
    { addresses: ['192.0.2.1'] },
    {
      localAddresses: () => {
        asked += 1;
        if (asked === 1) throw new Error('the system does not say');
        return new Set(['192.0.2.1']);
      },
    },
  );
  mute.look();
  t.equal(mute.seen, false);
  mute.look();
  t.equal(mute.seen, true, 'it is looked again');

  const before = new AddressSeen({ addresses: ['192.0.2.1'] }, { localAddresses: () => local });
  before.assume();
  t.equal(before.seen, true, 'it was here before');
  t.end();
});
