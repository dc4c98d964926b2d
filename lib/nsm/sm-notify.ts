import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';

/** The status monitor as an RPC program (X/Open XNFS 3W, chapter 11): SM_MON is its procedure 2, SM_UNMON 3, SM_NOTIFY 6. */
export const STATUS_MONITOR = { program: 100024, version: 1, monitor: 2, unmonitor: 3, notify: 6 } as const;

/** SM_MAXSTRLEN: the longest mon_name, in bytes. */
const NAME_LIMIT = 1024;

/**
 * The argument of SM_NOTIFY: `struct stat_chge { string mon_name<1024>; int state; }` in XDR (RFC 4506: length,
 * bytes, padding to four, then the number).
 * @param monName the name under which the client knows the server that restarted; latin1, one character a byte.
 * @param stateNumber the NSM state number, a 32-bit signed integer; odd means up.
 * @throws Fault `bad-parameter` for a name that is empty, too long, or not made of printable single bytes, and
 *   for a number that does not fit.
 */
export function encodeStatusChange(monName: string, stateNumber: number): Buffer {
  if (!/^[!-~\x80-\xff]+$/.test(monName) || monName.length > NAME_LIMIT) {
    throw new Fault('bad-parameter', 'this name cannot be announced to clients', {
      found: `"${printable(monName, 60)}"`,
      wanted: `1 to ${NAME_LIMIT} printable bytes`,
    });
  }
  if (!Number.isInteger(stateNumber) || Math.abs(stateNumber) > 0x7fff_ffff) {
    throw new Fault('bad-parameter', 'this is not an NSM state number', {
      found: String(stateNumber),
      wanted: 'an integer of 32 bits',
    });
  }
  const padded = Math.ceil(monName.length / 4) * 4;
  const bytes = Buffer.alloc(4 + padded + 4);
  bytes.writeUInt32BE(monName.length, 0);
  bytes.write(monName, 4, 'latin1');
  bytes.writeInt32BE(stateNumber, 4 + padded);
  return bytes;
}
