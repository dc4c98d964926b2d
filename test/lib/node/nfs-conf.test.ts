import t from 'tap';
import { isNo, nfsConfValue } from '../../../lib/node/nfs-conf.ts';

const MAIN = `# [sm-notify] lift-grace=commented
lift-grace=before any section
[ Statd ]
 state-directory-path = "/srv/statd"
[sm-notify "other"]
Lift-Grace=y
retry-time=
lift-grace-more=n
`;

t.test('the last word counts, drop-ins after the main file, in the order of their names', async (t) => {
  const root = t.testdir({
    etc: {
      'nfs.conf': MAIN,
      'nfs.conf.d': {
        '20.conf': '[sm-notify]\nlift-grace = n\n',
        '10.conf': '[sm-notify]\nlift-grace=1\n[statd]\n',
        'z.conf.old': '[sm-notify]\nlift-grace=old\n',
      },
    },
  });
  t.equal(await nfsConfValue('sm-notify', 'lift-grace', root), 'n');
  t.equal(await nfsConfValue('statd', 'state-directory-path', root), '/srv/statd');
  t.equal(await nfsConfValue('sm-notify', 'retry-time', root), null, 'empty is nothing');
  t.equal(await nfsConfValue('lockd', 'lift-grace', root), null);
});

t.test('without any file nothing is said', async (t) => {
  t.equal(await nfsConfValue('sm-notify', 'lift-grace', t.testdir()), null);
});

t.test('words for no', async (t) => {
  for (const word of ['0', 'f', 'False', 'N', 'no', 'OFF']) t.ok(isNo(word), word);
  for (const word of ['1', 't', 'yes', 'on', 'none', '']) t.notOk(isNo(word), word);
});
