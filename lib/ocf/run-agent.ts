import { Fault, type FaultCode } from '../fault.ts';
import { printable } from '../printable.ts';
import { type Action, type Agent, failed, type Outcome } from './agent.ts';
import { deadlineOf } from './deadline.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { ExitCode } from './exit-code.ts';
import { type Log, ocfLog } from './log.ts';
import { metadataXml } from './metadata.ts';
import { givenParameters, type Parameters, parseParameters, unknownParameters } from './parameter.ts';
import { asReason, reasonOf } from './reason.ts';
import { usageText } from './usage.ts';

/** The process around an agent. */
export interface AgentProcess {
  /** The words after the program: the action; OCF ignores what follows it. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly pid: number;
  /** When the process began: milliseconds since the epoch. */
  readonly startedAt: number;
  /** logger(1). */
  readonly logger: string;
}

/**
 * Does what the process was asked to do and returns the OCF exit code; never throws and never exits.
 * meta-data and usage need nothing of the environment; parameters are parsed only when an action asks for them.
 */
export async function runAgent<P extends Parameters>(agent: Agent<P>, self: AgentProcess): Promise<ExitCode> {
  const name = self.argv[0] === 'status' ? 'monitor' : (self.argv[0] ?? '');
  if (name === 'meta-data') return print(self.stdout, metadataXml(agent));
  if (name === 'usage' || name === 'help') return print(self.stdout, usageText(agent));
  const action = Object.hasOwn(agent.actions, name) ? agent.actions[name] : undefined;
  if (action === undefined) {
    print(self.stderr, usageText(agent));
    return ExitCode.unimplemented;
  }
  const environment = readEnvironment(self.env);
  const log = ocfLog({
    environment,
    tag: `${agent.name}(${printable(environment.instance ?? '')})[${self.pid}]`,
    stderr: self.stderr,
    logger: self.logger,
  });
  const outcome = await runAction(agent, name, action, self, log);
  if (outcome.reason !== null) {
    const reason = asReason(outcome.reason);
    print(self.stderr, `${environment.reasonPrefix}${reason}\n`);
    log.reason(reason);
  }
  // To a caller that knows of nothing between success and failure, a service that works must be no failure.
  return outcome.code === ExitCode.degraded && !environment.knowsDegraded ? ExitCode.success : outcome.code;
}

async function runAction<P extends Parameters>(
  agent: Agent<P>,
  name: string,
  action: Action<P>,
  self: AgentProcess,
  log: Log,
): Promise<Outcome> {
  const environment = readEnvironment(self.env);
  try {
    return await action.run({
      instance: environment.instance,
      values: () => {
        for (const unknown of unknownParameters(agent.parameters, self.env)) {
          log.warn(`parameter ${unknown} is not known and has no effect`);
        }
        return parseParameters(agent.parameters, self.env);
      },
      given: () => givenParameters(agent.parameters, self.env),
      probe: environment.probe,
      migrateTarget: environment.migrateTarget,
      checkLevel: environment.checkLevel,
      deadline: deadlineOf(self.startedAt, environment.timeout ?? action.timeout * 1000),
      log,
    });
  } catch (error) {
    return outcomeOf(name, error);
  }
}

/**
 * Only start and validate-all judge the configuration and the node: in any other action the codes for those would
 * ban a running service from the node or the cluster where a restart may do.
 */
const JUDGING = new Set(['start', 'validate-all']);

const CODE_OF_FAULT: Readonly<Record<FaultCode, ExitCode>> = {
  'bad-parameter': ExitCode.misconfigured,
  'not-installed': ExitCode.notInstalled,
  'bad-node': ExitCode.badNode,
  malformed: ExitCode.error,
  'not-ours': ExitCode.error,
  'timed-out': ExitCode.error,
  failed: ExitCode.error,
};

function outcomeOf(action: string, error: unknown): Outcome {
  const reason = reasonOf(error);
  if (!(error instanceof Fault) || !JUDGING.has(action)) return failed(reason);
  return { code: CODE_OF_FAULT[error.code], reason };
}

function print(stream: { write(text: string): unknown }, text: string): ExitCode {
  stream.write(text);
  return ExitCode.success;
}
