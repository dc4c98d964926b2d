import { EventEmitter, once } from 'node:events';
import t from 'tap';
import { type Answer, STARTED, serve } from '../../../../lib/cli/storage/serve.ts';
import { createTasks } from '../../../../lib/cli/storage/tasks.ts';
import { Fault } from '../../../../lib/fault.ts';

t.test('tasks are done, faults are sent, and the end of the channel is the end', async (t) => {
  const answers = new EventEmitter();
  const channel = Object.assign(new EventEmitter(), {
    send: (message: Answer | typeof STARTED) =>
      message === STARTED ? answers.emit('started') : answers.emit('answer', message),
  });
  let ended = 0;
  const cause = new Error('EIO');
  const cure = 'go away';
  const faults = [new Fault('not-ours', 'no', { subject: '/a', cure, cause }), new Error('odd')];
  const tasks = {
    ...createTasks(),
    read: async () => Promise.reject(faults.shift()),
    note: async () => 'done' as never,
  };
  const started = once(answers, 'started');
  serve(channel, tasks, () => {
    ended += 1;
  });
  await started;
  const ask = async (task: 'read' | 'note', id: number) => {
    const answer = once(answers, 'answer');
    channel.emit('message', { id, task, input: null });
    return (await answer)[0];
  };
  t.strictSame(await ask('note', 1), { id: 1, value: 'done', fault: null });
  t.strictSame(await ask('read', 2), {
    id: 2,
    value: null,
    fault: { code: 'not-ours', message: 'no: EIO', facts: { subject: '/a', cure } },
  });
  t.match(await ask('read', 3), { fault: { code: 'failed', message: 'odd', facts: {} } });
  channel.emit('disconnect');
  t.equal(ended, 1);
});

t.test('how far a task that takes long has come is said on the way', async (t) => {
  let now = 0;
  t.capture(performance, 'now', () => {
    now += 600;
    return now;
  });
  const said: unknown[] = [];
  const channel = Object.assign(new EventEmitter(), { send: (message: unknown) => said.push(message) });
  const tasks: Parameters<typeof serve>[1] = {
    ...createTasks(),
    restore: async (_, report) => {
      for (const done of [1, 2, 3]) report?.({ what: 'files', done, total: 3 });
      return null as never;
    },
  };
  serve(channel, tasks, () => undefined);
  channel.emit('message', { id: 7, task: 'restore', input: null });
  await new Promise(setImmediate);
  t.same(said, [
    STARTED,
    { id: 7, step: { what: 'files', done: 2, total: 3 } },
    { id: 7, step: { what: 'files', done: 3, total: 3 } },
    { id: 7, value: null, fault: null },
  ]);
});

t.test('without a channel nothing is done', async (t) => {
  const channel = new EventEmitter();
  let asked = 0;
  const tasks = {
    ...createTasks(),
    note: async () => {
      asked += 1;
    },
  };
  serve(channel, tasks, () => undefined);
  channel.emit('message', { id: 1, task: 'note', input: [] });
  await new Promise(setImmediate);
  t.equal(asked, 0);
});
