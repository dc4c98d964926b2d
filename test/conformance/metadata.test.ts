import { readFileSync } from 'node:fs';
import t from 'tap';
import { AGENT, built, Sandbox, SHARE } from './sandbox.ts';

const node = await Sandbox.create(t, built(t), ['--node', '/nonexistent/node']);
const committed = readFileSync('ocf-metadata/nfslock.xml', 'utf8');
const NAME = 'ocf:lockferry:nfslock';

t.test('the launcher prints meta-data and usage without Node.js, to anybody', async (t) => {
  t.same(await node.agent('meta-data', {}), { code: 0, stdout: committed, stderr: '' });
  t.same(await node.agent('meta-data', { OCF_TESTER_FAIL_HAVE_BINARY: '1' }), {
    code: 0,
    stdout: committed,
    stderr: '',
  });
  const nobody = await node.sh(`cd / && su nobody -s /bin/sh -c '${AGENT} meta-data'`);
  t.same(nobody, { code: 0, stdout: committed, stderr: '' });
  t.match(await node.agent('usage', {}), { code: 0, stdout: /^usage: nfslock ACTION\n/, stderr: '' });
});

t.test('the meta-data is valid for every schema that judges it', async (t) => {
  const file = `${SHARE}/nfslock.xml`;
  const dtd = await node.sh(`cd /usr/share/resource-agents && xmllint --noout --valid - <${file}`);
  t.same(dtd, { code: 0, stdout: '', stderr: '' }, 'ra-api-1.dtd, as ocf-tester does it');
  const schema = '/usr/share/pcs/data/ocf-1.1.rng';
  const found = await node.sh(`xmllint --noout --nowarning --relaxng ${schema} ${file}`);
  t.match(found, { code: 0, stdout: '' }, "pcs's form of the OCF 1.1 schema");
});

t.test('the parsers of the cluster tools take it', async (t) => {
  const shown = await node.run(['crm_resource', '--show-metadata', NAME]);
  t.match(shown, { code: 0, stderr: '' });
  t.equal(shown.stdout.trim(), committed.trim());
  t.match(await node.run(['pcs', 'resource', 'describe', NAME]), {
    code: 0,
    stdout:
      /shared_dir \(required\) \(unique group: shared_dir\): .*\n {2}start:\n {4}interval=0s\n {4}timeout=60s\n/s,
    stderr: '',
  });
  t.match(await node.run(['crm', 'ra', 'info', NAME], { HOME: '/run' }), {
    code: 0,
    stdout: /\nshared_dir\* \(string\): .*\nunlock_on_stop \(boolean, \[true\]\): /s,
    stderr: '',
  });
  t.match(await node.run(['crm_resource', '--list-agents', 'ocf:lockferry']), {
    code: 0,
    stdout: 'nfslock\n',
  });
});
