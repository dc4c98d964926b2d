/** A process environment as Node.js has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the caller (Pacemaker, crm_resource, ocf-tester, a person) says besides the agent's own parameters. */
export interface OcfEnvironment {
  /** OCF_RESOURCE_INSTANCE; null where it is unset, as crmsh does for validate-all. */
  readonly instance: string | null;
  /** Whether the caller says that it speaks OCF 1.1, which has results for what is degraded. */
  readonly knowsDegraded: boolean;
  /** The operation's time-out in milliseconds; null where the caller does not say. */
  readonly timeout: number | null;
  /** True for a probe: a monitor with interval 0. A person's monitor has no interval and is none. */
  readonly probe: boolean;
  /** The cluster's name of the node to which a resource migrates; null outside migrate_to and migrate_from. */
  readonly migrateTarget: string | null;
  /** OCF_CHECK_LEVEL, 0 where it is unset. */
  readonly checkLevel: number;
  /** What begins the line that Pacemaker shows as the reason of a result. */
  readonly reasonPrefix: string;
  /** syslog facility; null where nothing may go to syslog. */
  readonly logFacility: string | null;
  readonly logFile: string | null;
  readonly debug: boolean;
}

/** Reads the variables of OCF 1.1 and those that Pacemaker and ocf-shellfuncs add. Never throws. */
export function readEnvironment(env: Environment): OcfEnvironment {
  const facility = env.HA_LOGFACILITY || 'none';
  return {
    instance: env.OCF_RESOURCE_INSTANCE || null,
    knowsDegraded: isAtLeast(env.OCF_RA_VERSION_MAJOR, env.OCF_RA_VERSION_MINOR),
    timeout: digits(env.OCF_RESKEY_CRM_meta_timeout),
    probe: digits(env.OCF_RESKEY_CRM_meta_interval) === 0,
    migrateTarget: env.OCF_RESKEY_CRM_meta_migrate_target || null,
    checkLevel: digits(env.OCF_CHECK_LEVEL) ?? 0,
    reasonPrefix: env.OCF_EXIT_REASON_PREFIX || 'ocf-exit-reason:',
    logFacility: facility === 'none' ? null : facility,
    logFile: env.HA_LOGFILE || null,
    debug: (env.HA_debug || '0') !== '0',
  };
}

/** OCF 1.1, "Environment Variables": the version of the API that the caller uses. */
function isAtLeast(major: string | undefined, minor: string | undefined): boolean {
  const [one, other] = [digits(major) ?? 0, digits(minor) ?? 0];
  return one > 1 || (one === 1 && other >= 1);
}

function digits(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
