import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';

/**
 * A monitor record: one line of one file in statd's `sm/` directory (nfs-utils, support/nsm/file.c,
 * nsm_create_monitor_record and nsm_parse_line):
 *
 *     0100007f 000186b5 00000003 00000010 000102030405060708090a0b0c0d0e0f 192.0.2.77 node1
 *     caller   program  version  procedure cookie (16 bytes)               mon_name   my_name
 *
 * Names are bytes that strangers chose; they are kept as latin1 strings, one character a byte.
 */
export interface MonitorRecord {
  /** IPv4 address of the lock manager that asked, 8 hex digits in host order; nobody reads it. */
  readonly caller: string;
  /** RPC program, version and procedure by which statd calls that lock manager back. */
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** The lock manager's opaque cookie ("priv"), 32 hex digits; means nothing on another node. */
  readonly cookie: string;
  /** The client that is monitored, as the lock manager named it: an address, or a caller name. */
  readonly monName: string;
  /** The host name of the node whose lock manager asked. */
  readonly myName: string;
}

/**
 * nfs-utils writes no longer line and reads this much of one at a time, newline and NUL apart (file.c, `char
 * buf[LINELEN + 1 + SM_MAXSTRLEN + 2]`): what follows in a longer one would be a line of its own.
 */
const LINE_LIMIT = 69 + 1 + 1024;

const FIELDS =
  /^([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{32}) ([!-~\x80-\xff]+) ([!-~\x80-\xff]+)$/i;

/** @param line one line without its newline, latin1. @throws Fault `malformed` that says what was found. */
export function parseMonitorRecord(line: string): MonitorRecord {
  if (line.length > LINE_LIMIT) {
    throw new Fault('malformed', 'monitor record is too long', {
      found: `${line.length} bytes`,
      wanted: `at most ${LINE_LIMIT}`,
    });
  }
  const record = recordIn(line);
  if (record !== null) return record;
  throw new Fault('malformed', 'monitor record does not have its seven fields', {
    found: printable(line, 60),
    wanted: 'ADDR PROG VERS PROC PRIV MON_NAME MY_NAME',
  });
}

/** The record that a line is, or null where it is none. */
export function recordIn(line: string): MonitorRecord | null {
  if (line.length > LINE_LIMIT) return null;
  const [, caller, program, version, procedure, cookie, monName, myName] = FIELDS.exec(line) ?? [];
  if (!caller || !program || !version || !procedure || !cookie || !monName || !myName) return null;
  return {
    caller: caller.toLowerCase(),
    program: Number.parseInt(program, 16),
    version: Number.parseInt(version, 16),
    procedure: Number.parseInt(procedure, 16),
    cookie: cookie.toLowerCase(),
    monName,
    myName,
  };
}

/** The line that statd would write for this record, without its newline. */
export function formatMonitorRecord(record: MonitorRecord): string {
  const words = [record.program, record.version, record.procedure].map((word) =>
    word.toString(16).padStart(8, '0'),
  );
  return [record.caller, ...words, record.cookie, record.monName, record.myName].join(' ');
}
