import t from 'tap';
import {
  ganeshaInGrace,
  type RunChecked,
  releaseGaneshaAddress,
  startGaneshaGrace,
} from '../../../lib/node/ganesha.ts';

/** A bus on which NFS-Ganesha answers like this; `asked` gets the words behind the destination. */
function bus(answer: string): { asked: string[][]; run: RunChecked } {
  const asked: string[][] = [];
  const run: RunChecked = async (command, timeout) => {
    t.equal(timeout, 2000);
    t.same(command.slice(0, 4), [
      'dbus-send',
      '--system',
      '--print-reply=literal',
      '--dest=org.ganesha.nfsd',
    ]);
    asked.push(command.slice(4));
    return answer;
  };
  return { asked, run };
}

t.test('whether grace is on', async (t) => {
  const { asked, run } = bus('   boolean true\n');
  t.equal(await ganeshaInGrace(run), true);
  t.equal(await ganeshaInGrace(bus('   boolean false').run), false);
  t.same(asked, [['/org/ganesha/nfsd/admin', 'org.ganesha.nfsd.admin.get_grace']]);
});

t.test('an answer of another form is not taken for a no', async (t) => {
  await t.rejects(ganeshaInGrace(bus('   int32 1').run), {
    code: 'malformed',
    facts: { found: '   int32 1' },
  });
});

t.test('grace is started with the event that drops nothing', async (t) => {
  const { asked, run } = bus('');
  await startGaneshaGrace(run);
  t.same(asked, [['/org/ganesha/nfsd/admin', 'org.ganesha.nfsd.admin.grace', 'string:0:']]);
});

t.test('an address is released with its locks', async (t) => {
  const { asked, run } = bus('');
  await releaseGaneshaAddress('192.0.2.7', run);
  t.same(asked, [['/org/ganesha/nfsd/admin', 'org.ganesha.nfsd.admin.grace', 'string:2:192.0.2.7']]);
});
