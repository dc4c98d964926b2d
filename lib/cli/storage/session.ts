import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { Fault } from '../../fault.ts';
import { type Answer, type Question, STARTED, type Underway } from './serve.ts';
import type { Report } from './step.ts';
import type { Tasks } from './tasks.ts';

/** How long the storage may take, milliseconds: to be read, and to make something durable. */
export const READ_WITHIN = 5_000;
export const WRITE_WITHIN = 15_000;

/** How long a process may take to start where the node has more to do than it can, milliseconds. */
const START_WITHIN = 30_000;

export interface Patience {
  /** Milliseconds without a word. */
  readonly within: number;
  /** What is being done, as in "reading the lock store in /srv/nfs". */
  readonly doing: string;
  /** Told how far it is, where it takes long. */
  readonly onStep?: Report;
}

interface Waiting {
  readonly step: Report;
  readonly answer: (answer: Answer) => void;
  readonly fail: (fault: Fault) => void;
}

/** The child gets nothing of our environment: no Node options, no locale. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * A process of its own for whatever touches a lock store: one that a hung file system holds can be left behind, while
 * a thread of ours that hangs there would keep us from ending.
 */
export class StorageSession {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events = new EventEmitter();
  readonly #started = once(this.#events, 'started');
  #count = 0;
  #over: Fault | null = null;

  private constructor(child: ChildProcess, startWithin: number) {
    this.#child = child;
    const late = setTimeout(() => {
      const message = `no process for the storage could be started in ${startWithin / 1000} s`;
      this.#fail(new Fault('timed-out', message, { cure: 'see what else this node does' }));
    }, startWithin);
    void this.#started.then(() => clearTimeout(late));
    child.on('message', (message: Answer | Underway | typeof STARTED) => {
      if (message === STARTED) this.#events.emit('started');
      else if ('step' in message) this.#waiting.get(message.id)?.step(message.step);
      else this.#waiting.get(message.id)?.answer(message);
    });
    child.on('error', (cause) => this.#fail(new Fault('failed', 'no process for the storage', { cause })));
    child.on('exit', (code, signal) =>
      this.#fail(new Fault('failed', `the process for the storage ended (${signal ?? `exit code ${code}`})`)),
    );
  }

  /** @param program lib/cli/storage/main.ts, as a file that Node can run. @param startWithin milliseconds */
  static open(program: string, startWithin = START_WITHIN): StorageSession {
    return new StorageSession(
      fork(program, [], {
        ...{ cwd: '/', env: ENVIRONMENT, execArgv: [], detached: true },
        ...{ serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
      }),
      startWithin,
    );
  }

  /** Has one task done; where it does not answer, nothing more is asked, and end() leaves the child behind. @throws Fault `timed-out`, or the task's. */
  async ask<K extends keyof Tasks>(
    task: K,
    input: Parameters<Tasks[K]>[0],
    { within, doing, onStep }: Patience,
  ): Promise<Awaited<ReturnType<Tasks[K]>>> {
    await this.#started;
    if (this.#over !== null) throw this.#over;
    this.#count += 1;
    const question: Question = { id: this.#count, task, input };
    const timer = setTimeout(() => {
      this.#fail(
        new Fault('timed-out', `${doing} took longer than ${within / 1000} s: the storage does not answer`),
      );
    }, within);
    const step: Report = (each) => {
      timer.refresh();
      onStep?.(each);
    };
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(question.id, { step, answer: resolve, fail: reject });
    });
    try {
      // What cannot be sent is followed by the end of the child, which says why.
      this.#child.send(question, () => undefined);
      const { fault, value } = await answer;
      if (fault !== null) throw new Fault(fault.code, fault.message, fault.facts);
      return value as Awaited<ReturnType<Tasks[K]>>;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(question.id);
    }
  }

  /** Ends the child, or leaves it behind where the storage holds it. */
  end(): void {
    this.#fail(new Fault('failed', 'the process for the storage was ended'));
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }

  #fail(fault: Fault): void {
    this.#over ??= fault;
    this.#events.emit('started');
    for (const { fail } of this.#waiting.values()) fail(this.#over);
  }
}

/** One task in a process of its own. @throws as StorageSession.ask */
export async function askOnce<K extends keyof Tasks>(
  program: string,
  task: K,
  input: Parameters<Tasks[K]>[0],
  patience: Patience,
): Promise<Awaited<ReturnType<Tasks[K]>>> {
  const session = StorageSession.open(program);
  try {
    return await session.ask(task, input, patience);
  } finally {
    session.end();
  }
}
