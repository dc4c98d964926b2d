import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { nfslockParameters } from '../../agents/nfslock-parameters.ts';
import { descendants, type Element, parseElements } from '../../scripts/lab/elements.ts';
import { codeBlocks } from '../support/markdown.ts';
import { built, Sandbox } from './sandbox.ts';

// What README.md and the guides tell people to configure is taken from them and given to crmsh and pcs: both must take it,
// and make the same of it. There is no systemd in the sandbox: a resource of the same place stands in for a unit.

t.setTimeout(180_000);
const guide = (name: string) => `docs/guides/${name}.md`;
/** Each file, and the members of its groups in their order. */
const FILES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  [guide('active-passive')]: [['disk', 'locks', 'server', 'export', 'address']],
  [guide('active-active')]: ['a', 'b'].map((each) =>
    ['disk', 'locks', 'export', 'address'].map((id) => `${id}-${each}`),
  ),
  [guide('ganesha')]: [['disk', 'locks', 'ganesha', 'address']],
  [guide('live-migration')]: [['locks', 'ganesha', 'address']],
};

/** Statements by what they make: `primitive disk`, `pcs resource create disk`. A continued line belongs to the one before. */
function statements(block: string): Map<string, string> {
  const all = block.match(/^\S.*(?:\n[ \t].*)*\n/gm) ?? [];
  return new Map(
    all.map((each) => [/^(pcs constraint.*|pcs resource create \S+|\S+ \S+)/.exec(each)?.[0] ?? each, each]),
  );
}

/** The first block; and for each further one, the first with its statements in place of those that make the same. */
function configurations(text: string, language: string): string[] {
  const [base = '', ...variants] = codeBlocks(text, language);
  return [
    base,
    ...variants.map((each) => [...new Map([...statements(base), ...statements(each)]).values()].join('')),
  ].map((each) => each.replaceAll(/systemd:nfs-\w+/g, 'ocf:heartbeat:Dummy'));
}

const named = (element: Element, ...names: string[]) => names.map((name) => element.attributes[name] ?? '');
const pairs = (element: Element, set: string) =>
  descendants(element, set)
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === 'nvpair')
    .map((pair) => named(pair, 'name', 'value').join('='))
    .sort();

/** What a configuration makes, whoever wrote it: no operations, ids of details or defaults. */
function shape(cib: string) {
  const document = parseElements(cib);
  const of = <T>(name: string, facts: (element: Element) => T) => descendants(document, name).map(facts);
  return {
    primitives: of('primitive', (each) => [
      ...named(each, 'id', 'class', 'provider', 'type'),
      pairs(each, 'instance_attributes'),
      pairs(each, 'meta_attributes'),
    ]).sort((one, other) => (String(one) < String(other) ? -1 : 1)),
    groups: of('group', (each) =>
      descendants(each, 'primitive').map((member) => String(member.attributes.id)),
    ),
    clones: of('clone', (each) => [
      ...named(each, 'id'),
      pairs(
        { ...each, children: each.children.filter(({ name }) => name === 'meta_attributes') },
        'meta_attributes',
      ),
    ]),
    orders: of('rsc_order', (each) => [
      ...named(each, 'first', 'then'),
      each.attributes['first-action'] ?? 'start',
    ]),
    colocations: of('rsc_colocation', (each) => named(each, 'rsc', 'with-rsc', 'with-rsc-role', 'score')),
  };
}

/** One node on which each configuration has a file of its own. */
class Tools {
  readonly #node: Sandbox;
  #files = 0;

  constructor(node: Sandbox) {
    this.#node = node;
  }

  async crm(configuration: string) {
    const file = await this.#empty();
    await this.#put(`${file}.crm`, configuration);
    const env = { HOME: '/run', CIB_file: file, TERM: 'dumb' };
    const crm = (...words: string[]) => this.#node.run(['crm', 'configure', ...words], env);
    const said = [await crm('load', 'update', `${file}.crm`), await crm('verify')];
    return { said, shape: await this.#shape(file) };
  }

  async pcs(commands: string) {
    const file = await this.#empty();
    let said = '';
    // One by one: what runs in the sandbox has a minute, and a busy machine takes seconds for each.
    for (const command of commands.trim().split('\n')) {
      const inFile = command.replace(/^pcs /, `pcs -f ${file} `);
      const { code, stderr } = await this.#node.sh(inFile, { HOME: '/run' });
      if (code !== 0) said += `${command}: ${stderr}`;
    }
    return { said, shape: await this.#shape(file) };
  }

  async #empty(): Promise<string> {
    this.#files += 1;
    const file = `/run/cib-${this.#files}.xml`;
    const property = '<nvpair id="options-stonith" name="stonith-enabled" value="false"/>';
    const set = `<cluster_property_set id="cib-bootstrap-options">${property}</cluster_property_set>`;
    const changes = `s/<cib /<cib have-quorum="1" /; s|<crm_config/>|<crm_config>${set}</crm_config>|`;
    await this.#node.sh(`cibadmin --empty | sed '${changes}' >${file}`);
    return file;
  }

  async #put(file: string, text: string): Promise<void> {
    await this.#node.sh(`cat >${file} <<'END-OF-FILE'\n${text}END-OF-FILE\n`);
  }

  async #shape(file: string) {
    return shape((await this.#node.run(['cat', file])).stdout);
  }
}

t.test('the table of parameters says what the agent says', async (t) => {
  const readme = readFileSync('README.md', 'utf8');
  const table = readme.split('| parameter ')[1]?.split('\n\n')[0] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` +\| (\S*) *\|/gm)].map(([, name, value]) => [name, value]);
  const said = (value: string | null, name: string) => {
    if (value === null) return 'required';
    if (name === 'statd_dir' || name === 'restart_command') return 'detected';
    return value === '' ? '' : `\`${value}\``;
  };
  const parameters = Object.entries(nfslockParameters)
    .filter(([name]) => rows.some(([row]) => row === name))
    .map(([name, { default: value }]) => [name, said(value, name)]);
  t.equal(parameters.length, rows.length);
  t.same(rows.sort(), parameters.sort());
});

t.test('every link leads somewhere', async (t) => {
  const pages = ['.', 'docs', 'docs/guides'].flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(place, name)),
  );
  const dead = pages.flatMap((page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
    return links
      .filter(([, to = '']) => !existsSync(join(dirname(page), to)))
      .map(([, to]) => `${page}: ${to}`);
  });
  t.same(dead, []);
  t.ok(pages.length > 15);
});

t.test('every configuration is taken by crmsh and by pcs, which make the same of it', async (t) => {
  const tools = new Tools(await Sandbox.create(t, built(t)));
  const control = await tools.crm('primitive control ocf:heartbeat:Dummy\n');
  t.match(control.said, [{ code: 0 }, { code: 0 }]);
  const readme = readFileSync('README.md', 'utf8');
  const ganesha = readFileSync(guide('ganesha'), 'utf8');
  for (const language of ['crm', 'pcs']) t.same(codeBlocks(readme, language), codeBlocks(ganesha, language));
  const all = Object.entries(FILES).flatMap(([file, groups]) => {
    const text = readFileSync(file, 'utf8');
    const [crm, pcs] = [configurations(text, 'crm'), configurations(text, 'pcs')];
    t.equal(crm.length, pcs.length, `${file} has each in both languages`);
    return crm.map((each, index) => ({
      name: `${file}, ${index + 1}`,
      groups,
      crm: each,
      pcs: pcs[index] ?? '',
    }));
  });
  t.equal(all.length, 5);
  const check = async ({ name, groups, ...each }: (typeof all)[number]) => {
    const [crm, pcs] = await Promise.all([tools.crm(each.crm), tools.pcs(each.pcs)]);
    t.same(crm.said, control.said, `${name}: crmsh takes it like any other`);
    t.equal(pcs.said, '', `${name}: pcs takes it`);
    t.same(pcs.shape, crm.shape, `${name}: they make the same`);
    t.same(crm.shape.groups, groups, `${name}: in this order`);
  };
  await Promise.all(all.map(check));
});
