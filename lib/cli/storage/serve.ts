import { evidenceOf, Fault, type FaultCode, type FaultFacts } from '../../fault.ts';
import { type Report, type Step, seldom } from './step.ts';
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

/** Said on the way where a task takes long. */
export interface Underway {
  readonly id: number;
  readonly step: Step;
}

/** What the process says first: from now on it is the storage that takes its time. */
export const STARTED = 'started';

/** The half of a process's channel that is used here. */
interface Channel {
  on(event: 'message', listener: (question: Question) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  send?(message: Answer | Underway | typeof STARTED): unknown;
}

/** Does what comes over the channel, until that closes. @param end ends the process */
export function serve(channel: Channel, tasks: Tasks, end: () => void): void {
  channel.on('message', async (question) => {
    const report = seldom((step) => channel.send?.({ id: question.id, step }));
    channel.send?.(await answerTo(question, tasks, report));
  });
  channel.on('disconnect', end);
  channel.send?.(STARTED);
}

async function answerTo({ id, task, input }: Question, tasks: Tasks, report: Report): Promise<Answer> {
  try {
    const act = tasks[task] as (input: unknown, report: Report) => unknown;
    return { id, value: await act(input, report), fault: null };
  } catch (error) {
    const { code, facts } = error instanceof Fault ? error : { code: 'failed' as const, facts: {} };
    const { cause: _, ...plain } = facts;
    return { id, value: null, fault: { code, message: evidenceOf(error), facts: plain } };
  }
}
