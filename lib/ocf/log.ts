import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { printable } from '../printable.ts';
import type { OcfEnvironment } from './environment.ts';

/** Where an agent says what does not fit in its exit code. Each message is one line. */
export interface Log {
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
  /** The reason of a result, which stands on stderr already. */
  reason(message: string): void;
}

export interface LogOptions {
  readonly environment: OcfEnvironment;
  /** As ocf-shellfuncs' HA_LOGTAG: `agent(instance)[pid]`. */
  readonly tag: string;
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  /** logger(1). */
  readonly logger: string;
}

const SYSLOG_LEVEL = { ERROR: 'err', WARNING: 'warning', INFO: 'info', DEBUG: 'debug' } as const;
type Level = keyof typeof SYSLOG_LEVEL;

/**
 * Logs as ocf_log of resource-agents does (ocf-shellfuncs, ha_log): to a person's terminal if there is one, else to
 * syslog by logger(1) and to HA_LOGFILE, as far as they are set, else to stderr. A log that fails is no error.
 */
export function ocfLog(options: LogOptions): Log {
  const { environment, stderr } = options;
  const toStderr =
    stderr.isTTY === true || (environment.logFacility === null && environment.logFile === null);
  const say = (level: Level, message: string, onStderrAlready = false) => {
    const line = `${level}: ${printable(message, 1000)}`;
    if (!toStderr) record(options, level, line);
    else if (!onStderrAlready) stderr.write(`${line}\n`);
  };
  return {
    warn: (message) => say('WARNING', message),
    info: (message) => say('INFO', message),
    debug: (message) => environment.debug && say('DEBUG', message),
    reason: (message) => say('ERROR', message, true),
  };
}

function record({ environment, tag, logger }: LogOptions, level: Level, line: string): void {
  if (environment.logFacility !== null) {
    const priority = `${environment.logFacility}.${SYSLOG_LEVEL[level]}`;
    spawnSync(logger, ['-t', tag, '-p', priority, '--', line], { env: {}, stdio: 'ignore', timeout: 2000 });
  }
  if (environment.logFile !== null) {
    try {
      appendFileSync(environment.logFile, `${timestamp(new Date())} ${tag}:    ${line}\n`);
    } catch {
      // A full or missing log directory must not fail an action.
    }
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `%b %d %T`, as ocf-shellfuncs writes it. */
function timestamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${MONTHS[date.getMonth()]} ${two(date.getDate())} ${time}`;
}
