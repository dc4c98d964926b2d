import {
  appendFileSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CalloutDesk } from '../../../lib/capture/callout-desk.ts';
import { makeCalloutDoor } from '../../../lib/capture/callout-door.ts';
import type { CalledClient } from '../../../lib/capture/callout-line.ts';
import { until } from './sm-directory.ts';

const USER = { uid: Number(process.geteuid?.()), gid: 0 };

/** A desk whose records become durable when they are told to, and somebody who asks like the callout. */
async function stage(t: Test) {
  const door = await makeCalloutDoor(join(t.testdir({}), 'lockferry/callout/nfs-a'), USER);
  const [request, answer] = [door.request, door.answer].map((path) =>
    openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
  );
  const asked: string[][] = [];
  const steps: { resolve: (durable: boolean) => void; reject: (error: unknown) => void }[] = [];
  const events: unknown[] = [];
  const desk = new CalloutDesk({
    door,
    record: (clients: readonly CalledClient[]) => {
      asked.push(clients.map(({ monName }) => monName));
      return new Promise<boolean>((resolve, reject) => steps.push({ resolve, reject }));
    },
    log: (event, facts) => events.push([event, facts]),
  });
  t.teardown(() => {
    desk.close();
    closeSync(Number(request));
    closeSync(Number(answer));
  });
  return {
    ...{ desk, door, asked, steps, events },
    ask: (text: string) => writeSync(Number(request), text),
    /** The callout may wait for us: nothing was spooled. */
    arm: async () => {
      const done = desk.workOff();
      steps.shift()?.resolve(true);
      asked.shift();
      await done;
    },
    spool: (text: string) => appendFileSync(door.spool, text),
    spooled: () => readFileSync(door.spool, 'utf8'),
    answers: () => {
      const bytes = Buffer.alloc(4096);
      try {
        return bytes.toString('latin1', 0, readSync(Number(answer), bytes));
      } catch {
        return '';
      }
    },
  };
}

t.test('an answer comes when the record is durable, and only then', async (t) => {
  const { arm, ask, asked, steps, answers } = await stage(t);
  await arm();
  ask('1-1 add-client 10.0.0.1 n1\nrubbish\n2-2 add-client ? ?\n');
  await until(() => asked.length === 2);
  t.same(asked, [['10.0.0.1'], []], 'without a name: everything');
  t.equal(answers(), '');
  steps[1]?.resolve(true);
  let said = '';
  const heard = (ticket: string) =>
    until(() => {
      said += answers();
      return said.includes(ticket);
    });
  await heard('2-2');
  t.equal(said, '2-2 durable\n');
  steps[0]?.resolve(false);
  ask('3-3 add-client 10.0.0.3 n1\n');
  await until(() => asked.length === 3);
  steps[2]?.resolve(true);
  await heard('3-3');
  t.equal(said, '2-2 durable\n3-3 durable\n', 'what is not durable is not acknowledged');
});

t.test('an answer that is late is followed at once by all that was spooled', async (t) => {
  const { arm, desk, door, ask, spool, asked, steps } = await stage(t);
  await arm();
  ask('1-1 add-client 10.0.0.1 n1\n');
  await until(() => steps.length === 1);
  truncateSync(door.armed);
  spool('1-1 add-client 10.0.0.1 n1\n2-2 add-client 10.0.0.2 n1\n');
  steps[0]?.resolve(true);
  await until(() => steps.length === 2);
  t.same(asked[1], ['10.0.0.1', '10.0.0.2']);
  steps[1]?.resolve(true);
  await until(() => desk.armed === true);
});

t.test('a record that fails is logged and not acknowledged', async (t) => {
  const { ask, steps, events, answers } = await stage(t);
  ask('1-1 add-client 10.0.0.1 n1\n');
  await until(() => steps.length === 1);
  steps[0]?.reject(new Error('EIO'));
  await until(() => events.length === 1);
  t.same(events, [['callout-failed', { reason: 'EIO' }]]);
  t.equal(answers(), '');
});

t.test('a storage that hangs does not collect requests', async (t) => {
  const { ask, asked } = await stage(t);
  ask('1-1 add-client 10.0.0.1 n1\n'.repeat(100));
  await until(() => asked.length === 64);
  ask('1-1 add-client last n1\n');
  await t.rejects(
    Promise.race([until(() => asked.length > 64), new Promise((_, no) => setTimeout(no, 100, new Error()))]),
  );
});

t.test('the callout waits for us once all that was spooled is durable', async (t) => {
  const { desk, door, spool, spooled, asked, steps, events } = await stage(t);
  t.equal(desk.armed, false);
  spool('1-1 add-client 10.0.0.1 n1\n2-2 add-client ::FFFF:10.0.0.1 n1\n3-3 add-client 10.0.0.2 n1\n');
  t.same(desk.unprotected, ['10.0.0.1', '10.0.0.2']);
  const done = desk.workOff();
  void desk.workOff();
  t.same(asked, [['::FFFF:10.0.0.1', '10.0.0.2']], 'one at a time');
  spool('4-4 add-client 10.0.0.2 n2\nrubbish\n');
  t.same(desk.unprotected, ['10.0.0.1', '10.0.0.2', '?']);
  steps[0]?.resolve(true);
  await until(() => asked.length === 2);
  t.equal(desk.armed, true, 'it is armed before the last look');
  t.same(asked[1], [], 'a name that was not passed on: everything first');
  t.same(desk.unprotected, ['10.0.0.2', '?'], 'who came meanwhile is not lost');
  steps[1]?.resolve(true);
  await until(() => asked.length === 3);
  t.same(asked[2], ['10.0.0.2']);
  steps[2]?.resolve(true);
  await done;
  t.same(desk.unprotected, []);
  t.equal(spooled(), '');
  t.same(events, [
    ['callout-resumed', { clients: 2 }],
    ['callout-resumed', { clients: 2 }],
  ]);
  await desk.workOff();
  t.equal(asked.length, 3, 'nothing is due');
  t.equal(readFileSync(door.armed, 'utf8'), 'yes\n');
});

t.test('a line that comes while we catch up is not emptied away unread', async (t) => {
  const { desk, spool, asked, steps, spooled } = await stage(t);
  const done = desk.workOff();
  spool('1-1 add-client 10.0.0.1 n1\n');
  steps[0]?.resolve(true);
  await until(() => asked.length === 2);
  t.same(asked[1], ['10.0.0.1']);
  steps[1]?.resolve(true);
  await done;
  t.equal(spooled(), '');
});

t.test('suspended without a line in the spool, everything is looked at', async (t) => {
  const { desk, asked, steps, events } = await stage(t);
  const done = desk.workOff();
  t.same(asked, [[]]);
  steps[0]?.resolve(true);
  await done;
  t.equal(desk.armed, true);
  t.same(events, []);
});

t.test('it is not armed for a store that is not ours', async (t) => {
  const { desk, spool, steps } = await stage(t);
  const first = desk.workOff();
  steps[0]?.resolve(false);
  await first;
  spool('1-1 add-client 10.0.0.1 n1\n');
  const second = desk.workOff();
  steps[1]?.resolve(false);
  await second;
  t.equal(desk.armed, false);
  t.same(desk.unprotected, ['10.0.0.1']);
});

t.test('a directory that is gone', async (t) => {
  const { desk, door, spool, events } = await stage(t);
  spool('1-1 add-client 10.0.0.1 n1\n');
  t.same(desk.unprotected, ['10.0.0.1']);
  rmSync(door.path, { recursive: true });
  t.equal(desk.armed, null);
  t.same(desk.unprotected, ['10.0.0.1'], 'what was read is still known');
  await desk.workOff();
  t.match(events, [['callout-spool-failed', { reason: /ENOENT/ }]]);
  desk.close();
});

t.test('after the end nobody is kept waiting, nor answered', async (t) => {
  const { arm, desk, steps, ask, answers } = await stage(t);
  await arm();
  ask('1-1 add-client 10.0.0.1 n1\n');
  await until(() => steps.length === 1);
  desk.close();
  t.equal(desk.armed, false);
  steps[0]?.resolve(true);
  await desk.workOff();
  t.equal(desk.armed, false);
  t.equal(answers(), '');
});
