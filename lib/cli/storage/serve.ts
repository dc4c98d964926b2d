import { Fault, type FaultCode, type FaultFacts, sentenceOf } from '../../fault.ts';
import type { Tasks } from './tasks.ts';

/** What the command asks of its storage process, and what it gets. */
export interface Question {
  readonly id: number;
  readonly task: keyof Tasks;
  readonly input: unknown;
}

export interface Answer {
  readonly id: number;
  readonly value: unknown;
  /** Null where the task was done. */
  readonly fault: { readonly code: FaultCode; readonly message: string; readonly facts: FaultFacts } | null;
}

/** What the process says first: from now on it is the storage that takes its time. */
export const STARTED = 'started';

/** The half of a process's channel that is used here. */
interface Channel {
  on(event: 'message', listener: (question: Question) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  send?(message: Answer | typeof STARTED): unknown;
}

/** Does what comes over the channel, until that closes. @param end ends the process */
export function serve(channel: Channel, tasks: Tasks, end: () => void): void {
  channel.on('message', async (question) => channel.send?.(await answerTo(question, tasks)));
  channel.on('disconnect', end);
  channel.send?.(STARTED);
}

async function answerTo({ id, task, input }: Question, tasks: Tasks): Promise<Answer> {
  try {
    return { id, value: await (tasks[task] as (input: unknown) => unknown)(input), fault: null };
  } catch (error) {
    const { code, facts } = error instanceof Fault ? error : { code: 'failed' as const, facts: {} };
    const { cause: _, ...plain } = facts;
    return { id, value: null, fault: { code, message: sentenceOf(error), facts: plain } };
  }
}
