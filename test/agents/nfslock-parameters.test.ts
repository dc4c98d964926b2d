import t from 'tap';
import { nfslockParameters, serviceOf } from '../../agents/nfslock-parameters.ts';
import { serviceSchema } from '../../lib/node/service.ts';
import { type Parameter, parseParameters } from '../../lib/ocf/parameter.ts';
import { reasonOf } from '../../lib/ocf/reason.ts';
import { changedByRestart, changedInPlace, changedStore } from './changed-parameters.ts';
import { wrongParameters } from './wrong-parameters.ts';

const required = { OCF_RESKEY_shared_dir: '/srv/nfs/locks', OCF_RESKEY_ip: '192.0.2.1' };

t.test('the least that can be said makes a whole service', async (t) => {
  const service = serviceOf('locks', parseParameters(nfslockParameters, required));
  t.same(service, {
    name: 'locks',
    sharedDir: '/srv/nfs/locks',
    addresses: ['192.0.2.1'],
    names: [],
    exports: [],
    statdDir: null,
    lockManager: 'auto',
    capture: 'watch',
    recordFormat: 'record',
    trigger: 'auto',
    ...{ notifyPort: 0, maxLag: 30, strict: false },
    restartCommand: [],
    unlockOnStop: true,
    graceEnd: 'full',
  });
  t.same(serviceSchema.parse(service), service, 'and is what the keeper takes');
});

t.test('every parameter reaches the service', async (t) => {
  const values = parseParameters(nfslockParameters, {
    OCF_RESKEY_shared_dir: '/srv//nfs/',
    OCF_RESKEY_ip: '192.0.2.1, 2001:DB8::1 192.0.2.1',
    OCF_RESKEY_names: 'nfs nfs.example.test',
    OCF_RESKEY_exports: '/srv/nfs/a,/srv/nfs/b',
    OCF_RESKEY_record_format: 'copy',
    OCF_RESKEY_capture: 'monitor',
    OCF_RESKEY_trigger: 'nfs-restart',
    OCF_RESKEY_restart_command: '/etc/init.d/nfs --quiet',
    OCF_RESKEY_lock_manager: 'ganesha',
    OCF_RESKEY_statd_dir: '/var/lib/nfs',
    OCF_RESKEY_notify_port: '722',
    OCF_RESKEY_max_lag: '5',
    OCF_RESKEY_strict: 'yes',
    OCF_RESKEY_unlock_on_stop: 'no',
    OCF_RESKEY_grace_end: 'settled',
  });
  t.same(serviceOf('locks:0', values), {
    name: 'locks:0',
    sharedDir: '/srv/nfs',
    addresses: ['192.0.2.1', '2001:db8::1'],
    names: ['nfs', 'nfs.example.test'],
    exports: ['/srv/nfs/a', '/srv/nfs/b'],
    statdDir: '/var/lib/nfs',
    lockManager: 'ganesha',
    capture: 'monitor',
    recordFormat: 'copy',
    trigger: 'nfs-restart',
    ...{ notifyPort: 722, maxLag: 5, strict: true },
    restartCommand: ['/etc/init.d/nfs', '--quiet'],
    unlockOnStop: false,
    graceEnd: 'settled',
  });
});

t.test('a wrong value is refused with a line that names parameter, value and what is wanted', async (t) => {
  for (const { name, value, shown } of wrongParameters) {
    const env: Record<string, string | undefined> = { ...required, [`OCF_RESKEY_${name}`]: value };
    let reason = 'nothing was thrown';
    try {
      parseParameters(nfslockParameters, env);
    } catch (error) {
      reason = reasonOf(error);
    }
    const { wanted } = nfslockParameters[name];
    t.equal(reason, `parameter ${name}: found ${shown}, wanted ${wanted}`);
    t.ok(reason.length <= 128, `${reason.length} characters`);
  }
});

t.test(
  'each parameter has its wrong values, and a change on a running resource as the meta-data has it',
  async (t) => {
    const named = (cases: readonly (readonly [string, string])[]) =>
      [...new Set(cases.map(([name]) => name))].sort();
    const all: [string, Parameter<unknown>][] = Object.entries(nfslockParameters);
    const where = (reloadable: boolean) =>
      all.flatMap(([name, one]) => ((one.reloadable ?? false) === reloadable ? [name] : [])).sort();
    t.same(named(wrongParameters.map(({ name, shown }) => [name, shown])), all.map(([name]) => name).sort());
    t.same(named(changedInPlace), where(true));
    t.same(named([...changedByRestart, changedStore]), where(false));
    for (const [name, value] of [...changedInPlace, ...changedByRestart, changedStore]) {
      t.doesNotThrow(() =>
        parseParameters(nfslockParameters, { ...required, [`OCF_RESKEY_${name}`]: value }),
      );
    }
  },
);

t.test('a resource name that could lead elsewhere is refused', async (t) => {
  const values = parseParameters(nfslockParameters, required);
  for (const name of [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a b',
    'a\n',
    '-a',
    ':0',
    '$(id)',
    'x'.repeat(72),
    'l\u00f6ck',
  ]) {
    t.throws(() => serviceOf(name, values), { code: 'bad-parameter' }, JSON.stringify(name));
  }
  try {
    serviceOf('x'.repeat(72), values);
    t.fail('nothing was thrown');
  } catch (error) {
    t.match(reasonOf(error), /, wanted at most 71 letters/, 'the reason has room for what is wrong with it');
  }
  t.throws(() => serviceOf(null, values), { code: 'bad-parameter', facts: { found: 'nothing' } });
});
