import t from 'tap';
import { nfslockParameters } from '../../agents/nfslock-parameters.ts';
import { Lab } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { type WrongParameter, wrongParameters } from '../agents/wrong-parameters.ts';

/** Pacemaker writes a newline in its configuration as the two characters \\n, which a path may hold. */
const passed = wrongParameters.filter(({ value }) => !value?.includes('\n'));
const RIGHT: Readonly<Record<string, string>> = { ip: '192.0.2.1' };

/** The text as an XML attribute's value. */
function escaped(text: string): string {
  return text.replace(/[^ -~]|[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** A resource with one wrong parameter, of its own store. */
function primitive({ name, value }: WrongParameter, index: number): string {
  const id = `wrong-${index}`;
  const parameters = { ...RIGHT, shared_dir: `/srv/shared/${id}`, [name]: value };
  const pairs = Object.entries(parameters).flatMap(([key, text]) =>
    text === undefined ? [] : `<nvpair id="${id}-${key}" name="${key}" value="${escaped(text)}"/>`,
  );
  return `<primitive id="${id}" class="ocf" provider="lockferry" type="nfslock">
<instance_attributes id="${id}-parameters">${pairs.join('')}</instance_attributes></primitive>`;
}

t.test('each wrong value, through Pacemaker: start fails with 6, and the reason is shown', async (t) => {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  const prepare = (root: string) => installLockferry(lab.repository, root);
  const n1 = await lab.addNode('n1', '10.77.0.1', { ganesha: 'none', prepare });
  const cluster = await lab.formCluster([n1]);
  const resources = `<resources>${passed.map(primitive).join('\n')}</resources>`;
  await n1.writeFile('/tmp/resources.xml', resources);
  await n1.output(['cibadmin', '--modify', '--scope', 'resources', '--xml-file', '/tmp/resources.xml']);
  const { failures, resources: shown } = await cluster.waitFor(
    'every start was tried',
    (status) =>
      status.failures.filter(({ code }) => code === 6).length === passed.length &&
      // A start that failed is followed by a stop.
      passed.every((_, index) => status.resources[`wrong-${index}`]?.role === 'Stopped'),
    60,
  );
  for (const [index, { name, value, shown: found }] of passed.entries()) {
    const reason = `parameter ${name}: found ${found}, wanted ${nfslockParameters[name].wanted}`;
    const failure = failures.find(({ operation }) => operation === `wrong-${index}_start_0`);
    t.match(failure, { code: 6, reason }, `${name}=${JSON.stringify(value)}`);
    t.equal(shown[`wrong-${index}`]?.role, 'Stopped');
  }
  t.equal((await n1.run(['ls', '/tmp/lockferry-was-here', '/run/lockferry'])).stdout, '', 'nothing was run');
});
