import t, { type Test } from 'tap';
import { type NfsService, waitUntil } from '../../scripts/lab/index.ts';
import { changedByRestart, changedInPlace, changedStore } from '../agents/changed-parameters.ts';
import {
  expectNobodyTold,
  keeperSays,
  NFSLOCK,
  recorded,
  serviceFor,
  setParameter,
  store,
  takeLock,
} from './nfslock-scene.ts';

/** What Pacemaker did to nfslock on the first node so far, by its own log. */
async function operations({ n1 }: NfsService): Promise<string[]> {
  const log = await n1.readFile('/var/log/pacemaker/pacemaker.log');
  const results = log.matchAll(new RegExp(`Result of (\\S+) operation for ${NFSLOCK} on n1: (\\w+)`, 'g'));
  return [...results].map(([, name, result]) => `${name} ${result}`).filter((each) => !/monitor/.test(each));
}

async function change(service: NfsService, [name, value]: readonly [string, string]): Promise<string[]> {
  const before = (await operations(service)).length;
  const since = Date.now();
  await setParameter(service, name, value);
  await keeperSays(service.n1, 'adopted', since);
  await service.cluster.settle();
  return (await operations(service)).slice(before);
}

/** Waits for a failure of nfslock's start; gives what Pacemaker shows of it. */
async function refusal({ cluster }: NfsService, code: number) {
  const failed = await cluster.waitFor(`nfslock is refused with ${code}`, ({ failures }) =>
    failures.some((each) => each.operation === `${NFSLOCK}_start_0` && each.code === code),
  );
  return failed.failures.find(({ operation }) => operation === `${NFSLOCK}_start_0`);
}

async function serves(t: Test, service: NfsService, file: string): Promise<void> {
  await service.cluster.resource(NFSLOCK, ['--cleanup']);
  await service.cluster.waitForResource('address', service.n1, 60);
  await takeLock(t, service, file);
}

t.test('parameters are changed on a running resource', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm' });
  await takeLock(t, service, 'kept');
  await recorded(service);

  for (const [name, value] of changedInPlace) {
    await t.test(`${name}=${value}: reload-agent, the lock is kept and nobody told`, async (t) => {
      await expectNobodyTold(t, service, 'kept', async () => {
        t.same(await change(service, [name, value]), ['reload-agent ok']);
      });
      if (name === 'record_format') t.equal((await store(service)).format, value, 'the store has migrated');
    });
  }
  for (const [name, value] of changedByRestart) {
    await t.test(`${name}=${value}: stop and start, the lock is kept and nobody told`, async (t) => {
      await expectNobodyTold(t, service, 'kept', async () => {
        t.same(await change(service, [name, value]), ['stop ok', 'start ok']);
      });
    });
  }

  await t.test(
    'a wrong value: the service is stopped with its reason, and the right one starts it',
    async (t) => {
      await setParameter(service, 'max_lag', 'soon');
      t.match(await refusal(service, 6), {
        reason: 'parameter max_lag: found "soon", wanted seconds, from 1 to 86400',
      });
      t.ok((await operations(service)).includes('reload-agent error'));
      await setParameter(service, 'max_lag', '30');
      await serves(t, service, 'again');
    },
  );

  await t.test('a stopped resource does not start in the other record format', async (t) => {
    const { cluster } = service;
    // A service that is refused here would be tried there, and stay there once it is right.
    await cluster.crm(['node', 'standby', 'n2']);
    await cluster.crm(['resource', 'stop', 'nfs']);
    await cluster.settle();
    await setParameter(service, 'record_format', 'copy');
    await cluster.crm(['resource', 'start', 'nfs']);
    t.match(await refusal(service, 1), {
      reason:
        'lock store has format record, not copy: start with record_format=record, then change it while the service runs',
    });
    await setParameter(service, 'record_format', 'record');
    await serves(t, service, 'again-too');
  });

  await t.test('shared_dir: stop and start, on another store', async (t) => {
    const { n1 } = service;
    t.same(await change(service, changedStore), ['stop ok', 'start ok']);
    const there = await waitUntil('the store is there', { timeout: 10 }, () =>
      n1.output(['ls', changedStore[1]]),
    );
    t.match(there, /^epoch-00000001\.0001\.journal/);
  });
});
