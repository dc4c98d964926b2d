import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines } from '../../../../lib/convey/index.ts';
import { lockFile } from '../../../../lib/node/file-lock.ts';
import type { LockManager } from '../../../../lib/node/lock-manager.ts';
import { NodeDirectory } from '../../../../lib/node/node-directory.ts';
import type { Service } from '../../../../lib/node/service.ts';
import { notifyClients } from '../../../../lib/recover/notifier/index.ts';
import type { NodeRecords } from '../../../../lib/recover/restart-round.ts';
import { triggerFor } from '../../../../lib/recover/triggers/index.ts';
import { lineOf, smDirectory } from '../../capture/sm-directory.ts';

const kernel: LockManager = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 };
const ganesha: LockManager = { kind: 'ganesha', identity: 'ganesha.nfsd:1:1', startedAt: 0 };

function stage(t: Test, trigger: Service['trigger'], meanwhile: (sm: string) => void = () => undefined) {
  const root = t.testdir({});
  const statd = smDirectory(join(root, 'live'), { c: lineOf('c') });
  const opened: string[] = [];
  const duties: NodeRecords[] = [];
  const restarts: unknown[] = [];
  const events: string[] = [];
  const placedFile = join(root, 'placed.json');
  const chosen = triggerFor({
    service: { trigger, restartCommand: ['/r'] },
    ...{
      node: new NodeDirectory(join(root, 'node')),
      statd,
      placedFile,
      placed: new PlacedLines(placedFile),
    },
    lockManager: async () => kernel,
    isGraceOn: async () => true,
    conveyTo: { dir: join(root, 'private'), owner: { uid: 0, gid: 0 } },
    log: (event) => void events.push(event),
    recordDuty: async (records) => void duties.push(records),
    placedIn: (path) => new PlacedLines(path),
    reserve: async () => 9,
    findStatd: async () => null,
    openGrace: async (kind, clients, beforeDrop) => {
      opened.push(`${kind} ${clients}`);
      await beforeDrop?.();
      meanwhile(statd.sm);
      return beforeDrop === null ? 'kept' : 'restarted';
    },
    restart: async (former, { what, command, records }) => {
      restarts.push({ former, what, command, records });
      return 'restarted';
    },
  });
  return { chosen, opened, duties, restarts, placedFile, root, events };
}

t.test("notify and sm-notify drop nobody's locks", async (t) => {
  for (const trigger of ['notify', 'sm-notify'] as const) {
    const { chosen, opened, duties } = stage(t, trigger);
    t.equal(await chosen.open(kernel, 3), 'kept');
    t.same(opened, ['kernel 3']);
    t.same(duties, []);
    t.equal(await chosen.place([]), null);
    t.equal(chosen.tell === notifyClients, trigger === 'notify');
    t.type(chosen.tell, 'function');
  }
});

t.test('auto may, with the duty to tell the clients in sm/; NFS-Ganesha has a way without', async (t) => {
  const { chosen, duties } = stage(t, 'auto');
  t.equal(await chosen.open(ganesha, 3), 'kept');
  t.same(duties, []);
  t.equal(await chosen.open(kernel, 3), 'restarted');
  t.match(duties, [{ stateNumber: 1, files: [{ name: 'c' }] }]);
  t.equal(await chosen.open(kernel, 3), 'restarted');
  t.match(
    duties,
    [{ stateNumber: 1 }, { stateNumber: 129 }],
    'no number is told again, though statd runs on',
  );
  t.equal(chosen.tell, notifyClients);
});

t.test('a client that comes just before the drop is told as well', async (t) => {
  const { chosen, duties, events } = stage(t, 'auto', (sm) =>
    writeFileSync(join(sm, 'late'), lineOf('late')),
  );
  t.equal(await chosen.open(kernel, 3), 'restarted');
  t.match(duties, [{ files: [{ name: 'c' }] }, { stateNumber: 1, files: [{ name: 'late' }] }]);
  t.equal(duties[1]?.files.length, 1);
  t.same(events, []);
  const gone = stage(t, 'auto', (sm) => rmSync(sm, { recursive: true }));
  t.equal(await gone.chosen.open(kernel, 3), 'restarted', 'grace is on whatever becomes of that');
  t.same(gone.events, ['duty-failed']);
});

t.test('grace of the kernel is opened for one service at a time', async (t) => {
  for (const trigger of ['auto', 'notify', 'sm-notify'] as const) {
    const { chosen, opened, root } = stage(t, trigger);
    const node = new NodeDirectory(join(root, 'node'));
    await node.create();
    const release = await lockFile(node.restartLock, 0);
    const waiting = chosen.open(kernel, 3);
    await chosen.open(ganesha, 3);
    t.same(opened, ['ganesha 3'], trigger);
    await release?.();
    await waiting;
    t.same(opened, ['ganesha 3', 'kernel 3']);
  }
});

t.test('restarts know what is restarted, by what, and what comes in between', async (t) => {
  for (const trigger of ['lockd-restart', 'nfs-restart'] as const) {
    const { chosen, restarts, opened, placedFile, root } = stage(t, trigger);
    t.equal(await chosen.open(kernel, 3), 'restarted');
    const records = { conveyed: join(root, 'private'), placed: placedFile };
    t.same(restarts, [{ former: kernel, what: trigger, command: ['/r'], records }]);
    t.same(opened, []);
    t.equal(chosen.tell, notifyClients);
  }
});

t.test('none opens nothing, tells nobody and places', async (t) => {
  const { chosen, opened } = stage(t, 'none');
  t.equal(await chosen.open(kernel, 3), 'kept');
  t.equal(chosen.tell, null);
  t.same(opened, []);
  t.ok([null, 'string'].includes((await chosen.place([])) === null ? null : 'string'));
});
