import t from 'tap';
import { timeouts } from '../../../lib/checks/timeouts.ts';
import { commands, examined, exampleCib, exampleNode, primitive } from './example-node.ts';

const METADATA = `<?xml version="1.0"?><resource-agent><actions><action name="start" timeout="60s"/>
<action name="stop" timeout="20s"/><action name="monitor" timeout="20s" interval="10s"/><action name="x"/>
<action name="migrate_from" timeout="60s"/><action/></actions></resource-agent>`;
const ASK = 'crm_resource --show-metadata ocf:lockferry:nfslock';
const MIGRATES = '<meta_attributes id="m"><nvpair name="allow-migrate" value="true"/></meta_attributes>';

function found(operations: string, { meta = '', defaults = '', run = commands({ [ASK]: METADATA }) } = {}) {
  const locks = primitive(
    'nfs-a',
    'ocf:lockferry:nfslock',
    {},
    `<operations>${operations}</operations>${meta}`,
  );
  const more = `<op_defaults><meta_attributes id="d"><nvpair name="timeout" value="${defaults}"/></meta_attributes></op_defaults>`;
  const cib = exampleCib(locks, '', defaults === '' ? '' : more);
  return timeouts.look(cib, examined(), exampleNode({ run }));
}

const MONITOR = '<op name="monitor" interval="10s" timeout="20s"/>';
const START = '<op name="start" interval="0" timeout="60s"/>';

t.test('every action has as long as the agent wants', async (t) => {
  t.match(await found(START + MONITOR), { verdict: 'ok' });
  t.match(await found(MONITOR), {
    ...{ verdict: 'warning', evidence: 'start has 20 s', cure: /^add op start timeout=60s to nfs-a/ },
  });
  t.match(await found(MONITOR, { defaults: '1min' }), { verdict: 'ok' }, 'defaults count');
  t.match(
    await found(`${MONITOR}<op name="start" timeout="PT2M"/>`),
    { verdict: 'ok' },
    'not to be read here',
  );
  t.match(await found(START + MONITOR, { meta: MIGRATES }), {
    verdict: 'warning',
    evidence: 'migrate_from has 20 s',
  });
});

t.test('it has to be monitored', async (t) => {
  for (const monitor of ['', '<op name="monitor"/>', '<op name="monitor" interval="10s" enabled="false"/>']) {
    t.match(
      await found(START + monitor),
      { verdict: 'bad', evidence: 'it has no recurring monitor' },
      monitor,
    );
  }
});

t.test('a service that is started by hand has none', async (t) => {
  const found = await timeouts.look(exampleCib(''), examined(), exampleNode());
  t.match(found, { verdict: 'ok' });
});

t.test('an agent that is not installed says nothing', async (t) => {
  await t.rejects(found(MONITOR, { run: commands({ [ASK]: 5 }) }), { code: 'malformed' });
});
