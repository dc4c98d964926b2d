import t from 'tap';
import { readEnvironment } from '../../../lib/ocf/environment.ts';

t.test("Pacemaker's words become values", async (t) => {
  t.same(
    readEnvironment({
      OCF_RESOURCE_INSTANCE: 'locks:0',
      OCF_RA_VERSION_MAJOR: '1',
      OCF_RA_VERSION_MINOR: '1',
      OCF_RESKEY_CRM_meta_timeout: '20000',
      OCF_RESKEY_CRM_meta_interval: '0',
      OCF_RESKEY_CRM_meta_migrate_target: 'n2',
      OCF_CHECK_LEVEL: '10',
      OCF_EXIT_REASON_PREFIX: 'why:',
      HA_LOGFACILITY: 'daemon',
      HA_LOGFILE: '/var/log/ha',
      HA_debug: '1',
    }),
    {
      instance: 'locks:0',
      knowsDegraded: true,
      timeout: 20000,
      probe: true,
      migrateTarget: 'n2',
      checkLevel: 10,
      reasonPrefix: 'why:',
      logFacility: 'daemon',
      logFile: '/var/log/ha',
      debug: true,
    },
  );
});

t.test('a person who sets nothing gets a full monitor and stderr', async (t) => {
  t.same(readEnvironment({}), {
    instance: null,
    knowsDegraded: false,
    timeout: null,
    probe: false,
    migrateTarget: null,
    checkLevel: 0,
    reasonPrefix: 'ocf-exit-reason:',
    logFacility: null,
    logFile: null,
    debug: false,
  });
});

t.test('what is empty, "none" or no number counts as not said', async (t) => {
  const read = readEnvironment({
    OCF_RESOURCE_INSTANCE: '',
    OCF_RESKEY_CRM_meta_timeout: '20s',
    OCF_RESKEY_CRM_meta_interval: '10000',
    OCF_RESKEY_CRM_meta_migrate_target: '',
    OCF_CHECK_LEVEL: '-1',
    HA_LOGFACILITY: 'none',
    HA_debug: '0',
  });
  t.match(read, {
    instance: null,
    timeout: null,
    probe: false,
    checkLevel: 0,
    logFacility: null,
    debug: false,
  });
});

t.test('who speaks OCF 1.1 or later knows what degraded is', async (t) => {
  const knows = (major?: string, minor?: string) =>
    readEnvironment({ OCF_RA_VERSION_MAJOR: major, OCF_RA_VERSION_MINOR: minor }).knowsDegraded;
  t.same([knows('1', '1'), knows('1', '2'), knows('2', '0'), knows('2')], [true, true, true, true]);
  t.same([knows('1', '0'), knows('1'), knows('x', '1'), knows(undefined, '1')], [false, false, false, false]);
});
