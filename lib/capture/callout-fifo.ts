import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Fault } from '../fault.ts';
import { CALLOUT_LINE_LIMIT } from './callout-line.ts';

const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads lines from a FIFO until it is closed, without a thread of libuv's pool. Opened for both ways: it does not end
 * when a writer leaves.
 * @throws the system's error, or Fault `not-ours` where there is no FIFO.
 */
export function readFifo(path: string, onLine: (line: string) => void): { close(): void } {
  const socket = new Socket({ fd: openFifo(path, constants.O_RDWR), readable: true, writable: false });
  let rest = '';
  socket.setEncoding('latin1').on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      onLine(rest.slice(0, end));
      rest = rest.slice(end + 1);
    }
    // Whatever is longer than a line can be is none of the callout's; the end of it is refused as a line.
    rest = rest.slice(-CALLOUT_LINE_LIMIT);
  });
  return { close: () => void socket.destroy() };
}

/** Writes into a FIFO. @returns false: nobody has it open to read, or it cannot be written just now. */
export function writeFifo(path: string, line: string): boolean {
  try {
    return writeOpened(openFifo(path, constants.O_WRONLY), line);
  } catch {
    return false;
  }
}

function writeOpened(fd: number, line: string): boolean {
  try {
    return writeSync(fd, line, null, 'latin1') === line.length;
  } finally {
    closeSync(fd);
  }
}

function openFifo(path: string, way: number): number {
  const fd = openSync(path, way | SAFELY);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new Fault('not-ours', `${path} is no FIFO`, { subject: path });
}
