import t from 'tap';
import { findStatdDirectory } from '../../../lib/node/statd-directory.ts';

t.test("each distribution's layout is found", async (t) => {
  const debian = t.testdir({ var: { lib: { nfs: { sm: {} } } } });
  t.equal(await findStatdDirectory(null, debian), '/var/lib/nfs');
  const redHat = t.testdir({ var: { lib: { nfs: { statd: { sm: {} } } } } });
  t.equal(await findStatdDirectory(null, redHat), '/var/lib/nfs/statd');
});

t.test('a directory into which statd has written nothing yet counts, as the last resort', async (t) => {
  const root = t.testdir({ var: { lib: { nfs: {} } } });
  t.equal(await findStatdDirectory(null, root), '/var/lib/nfs');
});

t.test('the one that is given comes before everything', async (t) => {
  const root = t.testdir({ srv: { statd: {} }, var: { lib: { nfs: { sm: {} } } } });
  t.equal(await findStatdDirectory('/srv/statd', root), '/srv/statd');
  await t.rejects(findStatdDirectory('/srv/none', root), {
    code: 'bad-node',
    message: "statd's directory /srv/none does not exist",
    facts: { cure: 'correct statd_dir' },
  });
});

t.test('what nfs.conf says comes before the usual places', async (t) => {
  const root = t.testdir({
    srv: { one: {}, two: {} },
    var: { lib: { nfs: { sm: {} } } },
    etc: {
      'nfs.conf': `# a comment\n[lockd]\nstate-directory-path=/srv/none\n[ statd ]\nState-Directory-Path = /srv/one\n`,
    },
  });
  t.equal(await findStatdDirectory(null, root), '/srv/one');
});

t.test('where what nfs.conf says is missing, nfs.conf is what is to be corrected', async (t) => {
  const root = t.testdir({ etc: { 'nfs.conf': '[statd]\nstate-directory-path=/srv/none\n' } });
  await t.rejects(findStatdDirectory(null, root), {
    code: 'bad-node',
    message: "statd's directory /srv/none does not exist",
    facts: { cure: 'correct state-directory-path in nfs.conf' },
  });
});

t.test('drop-ins count in their order, and only what ends in .conf', async (t) => {
  const root = t.testdir({
    srv: { one: {}, two: {} },
    etc: {
      'nfs.conf': '[statd]\nstate-directory-path=/srv/one\n',
      'nfs.conf.d': {
        '10-a.conf': '[statd]\nstate-directory-path="/srv/two"\n',
        '20-b.conf': '[statd]\nstate-directory-path=\nport=1\n',
        '30-c.off': '[statd]\nstate-directory-path=/srv/none\n',
      },
    },
  });
  t.equal(await findStatdDirectory(null, root), '/srv/two');
});

t.test('a node without one is told so', async (t) => {
  await t.rejects(findStatdDirectory(null, t.testdir({ var: { lib: { nfs: 'a file' } } })), {
    code: 'bad-node',
    facts: { cure: 'install nfs-utils (nfs-common) or set statd_dir' },
  });
});

t.test('the real root is looked at by default', async (t) => {
  await t.rejects(findStatdDirectory('/nonexistent/statd'), { code: 'bad-node' });
});
