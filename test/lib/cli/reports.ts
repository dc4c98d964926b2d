import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Report } from '../../../lib/keeper/index.ts';
import { listen } from '../../../lib/keeper/server.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import type { Service } from '../../../lib/node/service.ts';
import { exampleService } from '../../support/example-service.ts';

export const NO_CLIENTS = { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 };

export function serviceOf(name: string): Service {
  return exampleService({ name, sharedDir: `/srv/${name}` });
}

export function reportOf(service: string, facts: Partial<Report> = {}): Report {
  return {
    ...{ version: '0.1.0', pid: 42, service, sharedDir: `/srv/${service}`, phase: 'capturing' },
    ...{ verdict: { state: 'ok', reason: null }, faultCode: null, stateNumber: 1_764_000_001 },
    ...{ owner: { node: 'n1', epoch: 3, since: 1_764_000_000_500 }, clients: NO_CLIENTS, lag: 0 },
    ...{ unprotected: 0, lastRecovery: null },
    ...{ waitingFor: [], problems: [], handedOverTo: null },
    ...facts,
  };
}

/** Starts a service whose keeper answers every request with this report. @returns what ends it */
export async function keeperWith(base: string, report: Report): Promise<() => void> {
  const directory = new RuntimeDirectory(report.service, base);
  await directory.create(serviceOf(report.service));
  const server = await listen(directory.socket, async () => report);
  return () => server.close();
}

/** Starts a service whose keeper takes connections and never answers. @returns what ends it */
export async function silentKeeper(base: string, name: string): Promise<() => void> {
  const directory = new RuntimeDirectory(name, base);
  await directory.create(serviceOf(name));
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(directory.socket, resolve));
  return () => server.close();
}

/** A service directory whose service.json is no service. */
export async function brokenService(base: string, name: string): Promise<void> {
  const directory = new RuntimeDirectory(name, base);
  await mkdir(directory.path, { recursive: true });
  await writeFile(directory.serviceFile, '{}');
}

/** A terminal that remembers what was written. */
export function terminal() {
  const written = { out: '', err: '' };
  const stdout = {
    write(text: string) {
      written.out += text;
    },
  };
  const stderr = {
    write(text: string) {
      written.err += text;
    },
  };
  return { written, stdout, stderr };
}

/** A directory whose path leaves room for a socket's: 107 bytes. */
export function shortDirectory(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'lockferry-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A program for the storage that says how far it is, and then this. */
export function slowStorage(t: Test, value: unknown): string {
  const program = `process.send('started');
    process.on('message', ({ id }) => {
      process.send({ id, step: { what: 'files examined', done: 2, total: 3 } });
      process.send({ id, fault: null, value: ${JSON.stringify(value)} });
    });`;
  return join(t.testdir({ 'slow.cjs': program }), 'slow.cjs');
}
