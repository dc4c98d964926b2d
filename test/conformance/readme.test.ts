import { readFileSync } from 'node:fs';
import t from 'tap';
import { nfslockParameters } from '../../agents/nfslock-parameters.ts';
import { built, Sandbox } from './sandbox.ts';

// What README.md tells people to configure is taken from it and given to the tools. There is no systemd in the
// sandbox: a resource of the same place stands in for its unit.

t.setTimeout(180_000);
const readme = readFileSync('README.md', 'utf8');
/** What both examples must make: the members of the group in their order. */
const MEMBERS = ['disk', 'locks', 'ganesha', 'address'];

function example(language: string): string {
  const found = readme.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (found === undefined) throw new Error(`README.md has no example for ${language}`);
  return found.replaceAll('systemd:nfs-ganesha', 'ocf:heartbeat:Dummy');
}

/** The primitives of a configuration, and the parameters of nfslock in it. */
const shown = async (node: Sandbox, cib: string) => {
  const count = `xmllint --xpath '//group[@id="nfs"]/primitive/@id' ${cib} | tr -d ' ' | tr '\\n' ' '`;
  const ours = `xmllint --xpath '//primitive[@type="nfslock"]/instance_attributes/nvpair' ${cib}`;
  const ids = [...(await node.sh(count)).stdout.matchAll(/id="(\w+)"/g)].map(([, id]) => id);
  const pairs = [...(await node.sh(ours)).stdout.matchAll(/name="(\w+)" value="([^"]*)"/g)];
  return { ids, parameters: Object.fromEntries(pairs.map(([, name, value]) => [name, value])) };
};

const WANTED = {
  ids: MEMBERS,
  parameters: {
    shared_dir: '/srv/nfs/.lockferry',
    ip: '192.0.2.10',
    names: 'nfs.example.com',
    lock_manager: 'ganesha',
  },
};

t.test('the table of parameters says what the agent says', async (t) => {
  const table = readme.split('| parameter ')[1]?.split('\n\n')[0] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` +\| (\S*) *\|/gm)].map(([, name, value]) => [name, value]);
  const said = (value: string | null, name: string) => {
    if (value === null) return 'required';
    if (name === 'statd_dir') return 'detected';
    return value === '' ? '' : `\`${value}\``;
  };
  const parameters = Object.entries(nfslockParameters)
    .filter(([name]) => rows.some(([row]) => row === name))
    .map(([name, { default: value }]) => [name, said(value, name)]);
  t.equal(parameters.length, 8);
  t.same(rows.sort(), parameters.sort());
});

t.test('the example for crm', async (t) => {
  const node = await Sandbox.create(t, built(t));
  const env = { HOME: '/run', CIB_file: '/run/crm.xml', TERM: 'dumb' };
  await node.sh(`cibadmin --empty | sed 's/<cib /<cib have-quorum="1" /' >/run/crm.xml`);
  const crm = (...words: string[]) => node.run(['crm', 'configure', ...words], env);
  await crm('property', 'stonith-enabled=false');
  await crm('primitive', 'control', 'ocf:heartbeat:Dummy');
  const control = await crm('verify');
  t.match(control, { code: 0 });
  await crm('delete', 'control');
  await node.sh(`cat >/run/example.crm <<'END'\n${example('crm')}END\n`);
  t.same(await crm('load', 'update', '/run/example.crm'), control, 'it is accepted like any other resource');
  t.same(await crm('verify'), control);
  t.same(await shown(node, '/run/crm.xml'), WANTED);
});

t.test('the example for pcs', async (t) => {
  const node = await Sandbox.create(t, built(t));
  await node.sh('cibadmin --empty >/run/pcs.xml');
  const script = `set -e\n${example('pcs').replaceAll(/^pcs /gm, 'pcs -f /run/pcs.xml ')}`;
  t.match(await node.sh(script, { HOME: '/run' }), { code: 0, stdout: '' });
  t.same(await shown(node, '/run/pcs.xml'), WANTED);
});
