import t from 'tap';
import { finalName, kindOfName } from '../../../lib/capture/names.ts';

t.test('which names can be those of clients', async (t) => {
  for (const name of ['10.0.0.1', 'fd00::5', '$(reboot)', 'caf\xe9', 'new'])
    t.equal(kindOfName(name), 'client');
  for (const name of ['.', '..', '.new', '.10.0.0.1.new']) t.equal(kindOfName(name), 'hidden');
  for (const name of ['two words', 'a\nb', 'a\x7f', 'tab\t', '\x1b[2J']) t.equal(kindOfName(name), 'strange');
  t.equal(kindOfName('10.0.0.1.new'), 'temporary');
  t.equal(finalName('10.0.0.1.new'), '10.0.0.1');
});
