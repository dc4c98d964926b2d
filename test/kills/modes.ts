import type { Loss } from './loss.ts';

/** One action of the recurring monitor. */
export interface Monitored {
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly code: number;
}

/** One kill, as it is judged. */
export interface Judged {
  readonly loss: Loss;
  readonly killedAt: number;
  readonly monitored: readonly Monitored[];
}

/** A capture mode, and what it promises. */
export interface Mode {
  /** The value of the parameter `capture`. */
  readonly capture: string;
  /** Whether rpc.statd asks by its callout before it answers. */
  readonly callout: boolean;
  readonly promise: string;
  /** @returns what is wrong; null: the promise was kept. */
  readonly broken: (kill: Judged) => string | null;
}

/**
 * A batch is what came while the one before it was being made durable. That takes milliseconds; the limit is for
 * machines that are busy with other things, and still half of what the best copier loses.
 */
const BATCH_WITHIN = 1000;

export const MODES: Readonly<Record<string, Mode>> = {
  callout: {
    capture: 'watch',
    callout: true,
    promise: 'nobody is lost',
    broken: ({ loss }) => (loss.clients > 0 ? `${loss.clients} clients had a lock and no record` : null),
  },
  watch: {
    capture: 'watch',
    callout: false,
    promise: 'at most the batch after the last durable write',
    broken({ loss }) {
      if (!loss.atTheEnd) return 'a record was lost that is older than one that was kept';
      return loss.window > BATCH_WITHIN
        ? `a record was lost that was ${Math.round(loss.window)} ms old`
        : null;
    },
  },
  monitor: {
    capture: 'monitor',
    callout: false,
    promise: 'at most one interval',
    broken({ loss, killedAt, monitored }) {
      if (!loss.atTheEnd) return 'a record was lost that is older than one that was kept';
      const failed = monitored.find(({ code }) => code !== 0);
      if (failed !== undefined) return `a monitor ended with ${failed.code}`;
      const last = monitored.at(-1);
      if (last === undefined) return 'the monitor never ran';
      const early = killedAt - loss.window < last.began;
      return early && loss.clients > 0
        ? 'a record was lost that was there when the last monitor began'
        : null;
    },
  },
};
