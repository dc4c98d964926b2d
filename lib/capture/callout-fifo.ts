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
    const lines = (rest + chunk).split('\n');
    // Whatever is longer than a line can be is none of the callout's; the end of it is refused as a line.
    rest = (lines.pop() ?? '').slice(-CALLOUT_LINE_LIMIT);
    for (const line of lines) onLine(line);
  });
  return { close: () => void socket.destroy() };
}

/** Writes into a FIFO. @returns false: nobody has it open to read, or it cannot be written just now. */
export function writeFifo(path: string, line: string): boolean {
  let fd: number | null = null;
  try {
    fd = openFifo(path, constants.O_WRONLY);
    return writeSync(fd, line, null, 'latin1') === line.length;
  } catch {
    return false;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function openFifo(path: string, way: number): number {
  const fd = openSync(path, way | SAFELY);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new Fault('not-ours', `${path} is no FIFO`, { subject: path });
}
