import { instant } from '../instant.ts';
import { ATTRIBUTES, attributeName } from '../node/cluster-attributes.ts';
import { runCommand } from '../node/command.ts';
import type { Report } from './protocol.ts';

export interface PublishingOptions {
  readonly report: () => Report;
  readonly run?: typeof runCommand;
}

/** How often it is looked for what has changed, milliseconds. */
const EVERY = 5000;
/**
 * What the cluster waits for further changes before it writes one down: each makes it think anew about all that it is
 * doing, so that in the middle of a failover it would hold up other services, and a restart in place could end on
 * another node: what is stopped has no stickiness. That goes for the withdrawal, too.
 */
const DAMPENING = '10s';
/**
 * A value that has changed is told no sooner after the last one, milliseconds: the cluster begins to wait anew with each,
 * so that what changes more often than it waits would never be written down.
 */
const TOLD_EVERY = 15_000;
/** A cluster that does not take them, or is not there, is left alone for so long, then for twice as long; milliseconds. */
const AGAIN_AFTER = 60_000;
/** One that was restarted beneath a running service has forgotten all. None is left alone for longer; milliseconds. */
const REFRESH_AFTER = 600_000;
const TAKES_WITHIN = 5000;

/** Keeps node attributes of the cluster up to date with what the keeper knows, where Pacemaker is there. */
export class Publishing {
  readonly #report: () => Report;
  readonly #run: typeof runCommand;
  readonly #published = new Map<string, { readonly value: string; readonly at: number }>();
  #notBefore = 0;
  #patience = AGAIN_AFTER;
  #busy = false;

  constructor({ report, run = runCommand }: PublishingOptions) {
    this.#report = report;
    this.#run = run;
  }

  /** From now on, until the process ends. */
  start(): void {
    setInterval(() => void this.step(Date.now()), EVERY).unref();
  }

  /** One look. Never rejects. @param now milliseconds since 1970 */
  async step(now: number): Promise<void> {
    if (this.#busy || now < this.#notBefore) return;
    const report = this.#report();
    const values = valuesOf(report);
    if (values === null) return;
    this.#busy = true;
    for (const what of ATTRIBUTES) {
      const value = values[what];
      const last = this.#published.get(what);
      const rest = last?.value === value ? REFRESH_AFTER : TOLD_EVERY;
      if (last !== undefined && now - last.at < rest) continue;
      if (!(await this.#set(attributeName(report.service, what), value))) {
        this.#notBefore = now + this.#patience;
        this.#patience = Math.min(2 * this.#patience, REFRESH_AFTER);
        break;
      }
      this.#patience = AGAIN_AFTER;
      this.#published.set(what, { value, at: now });
    }
    this.#busy = false;
  }

  async #set(name: string, value: string): Promise<boolean> {
    // `--update` would leave the dampening as it is: none (Pacemaker 2.1.5).
    const words = ['attrd_updater', '--name', name, '--update-both', value, '--delay', DAMPENING];
    try {
      return (await this.#run(words, TAKES_WITHIN)).exitCode === 0;
    } catch {
      return false;
    }
  }
}

/** @returns null while the service is on its way here or away */
function valuesOf({ phase, waitingFor, clients, lag, lastRecovery }: Report) {
  const underWay = phase === 'adopting' || phase === 'stopping' || phase === 'failed';
  if (underWay || waitingFor.length > 0) return null;
  const { missed, ...others } = clients;
  const number = Object.values(others).reduce((sum, each) => sum + each, 0);
  return {
    clients: String(number),
    lag: String(Math.ceil(lag / 1000)),
    recovery: recoveryText(phase, lastRecovery),
  };
}

function recoveryText(phase: Report['phase'], last: Report['lastRecovery']): string {
  if (last === null) return 'none';
  const { at, clients, back, missed } = last;
  const when =
    phase === 'recovering' || phase === 'settling' ? 'running' : (instant(at) ?? 'at an unknown time');
  return `${when}: ${back} of ${clients} back, ${missed} missed`;
}
