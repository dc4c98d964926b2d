import { instant } from '../../instant.ts';
import { printable, printableSentence } from '../../printable.ts';
import { missedText } from '../missed-text.ts';
import { isRecovering, type ServiceStatus } from '../service-status.ts';
import { clientsText, lagText } from '../status-text.ts';
import { wrap } from '../wrap.ts';
import { LEGENDS, recoveryBar, totalOf } from './recovery-bar.ts';

/** What is looked at, at one moment. */
export interface View {
  readonly at: number;
  /** Whose services they are. */
  readonly of: string;
  readonly services: readonly ServiceStatus[];
  /** Why nothing could be asked; null: it could. */
  readonly problem: string | null;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Columns of the widest bar, and of what stands beside one. */
const WIDEST = 60;
const BESIDE = 34;
/** Columns of a bar in a small window, and of one that can just be read. */
const NARROW = 10;
const NARROWEST = 7;
const LONGEST = 1000;

/**
 * The lines that show a view in a window. Where they do not fit, services that are well get one line; where that does
 * not do, of the others only bar and reason are left; and where not even that does, it is said how much is hidden.
 */
export function frame(view: View, { columns, rows }: Size): string[] {
  const at = String(instant(view.at));
  const head = fitting(columns, [
    `lockferry on ${printable(view.of)}, ${at}; Ctrl-C ends it`,
    `${printable(view.of)}, ${at}`,
    `${at.slice(11)} ${printable(view.of)}`,
  ]);
  const problem =
    view.problem === null ? [] : ['', ...wrap(printableSentence(view.problem, LONGEST), columns)];
  const none = view.services.length === 0 && view.problem === null ? ['', 'No service is started here.'] : [];
  const legend = view.services.some(isRecovering) ? ['', fitting(columns, LEGENDS)] : [];
  const ways: ((service: ServiceStatus) => string[])[] = [
    (service) => ['', ...whole(service, columns)],
    (service) =>
      isWell(service)
        ? [fitting(columns, [summary(service), ...brief(service, columns)])]
        : whole(service, columns),
    (service) => brief(service, columns),
  ];
  const frames = ways.map((way) => [head, ...problem, ...none, ...view.services.flatMap(way), ...legend]);
  const lines = frames.find(({ length }) => length <= rows) ?? (frames.at(-1) as string[]);
  const shown = lines.map((line) => line.slice(0, columns));
  if (shown.length <= rows) return shown;
  return [
    ...shown.slice(0, rows - 1),
    `${shown.length - rows + 1} more lines: the window is too small`.slice(0, columns),
  ];
}

/** One service in one line, for a small window and for a log. */
export function summary(service: ServiceStatus): string {
  const { stateNumber, lag, owner, graceLeft } = service;
  const missed = missedText(service);
  const facts = [
    owner === null ? null : `${printable(owner.node) || 'unknown node'} epoch ${owner.epoch}`,
    stateNumber === null ? null : `state ${stateNumber}`,
    service.clients === null ? null : `clients ${clientsText(service.clients)}`,
    missed === null ? null : `missed ${missed}`,
    lag === null || lag === 0 ? null : `lag ${Math.ceil(lag / 1000)} s`,
    graceLeft === null ? null : `grace ${Math.ceil(graceLeft / 1000)} s`,
    service.verdict.reason === null ? null : printableSentence(service.verdict.reason, LONGEST),
  ];
  return `${headline(service)}; ${facts.filter((fact) => fact !== null).join('; ')}`;
}

function whole(service: ServiceStatus, columns: number): string[] {
  const { owner, stateNumber, clients, waitingFor, verdict } = service;
  const missed = missedText(service);
  const facts = [
    owner === null ? 'owner not known' : `${printable(owner.node) || 'unknown node'}, epoch ${owner.epoch}`,
    stateNumber === null ? null : `state number ${stateNumber}`,
    service.lag === null ? null : `lag ${lagText(service.lag)}`,
  ];
  const lines = [
    facts.filter((fact) => fact !== null).join(', '),
    clients === null ? null : `clients ${clientsText(clients)}`,
    missed === null ? null : `missed ${missed}`,
    verdict.reason === null ? null : printableSentence(verdict.reason, LONGEST),
    waitingFor.length === 0
      ? null
      : `waiting for ${waitingFor.map((each) => printable(each, LONGEST)).join(', ')}`,
  ];
  const body = lines.flatMap((line) => (line === null ? [] : wrap(line, Math.max(columns - 2, 10))));
  const bar = isRecovering(service) && clients !== null ? [barLine(service, clients, columns - 2)] : [];
  return [headline(service), ...[...body, ...bar].map((line) => `  ${line}`)];
}

/** What counts most of a service. */
function brief(service: ServiceStatus, columns: number): string[] {
  const { clients, verdict } = service;
  const some = clients === null ? '' : `, ${totalOf(clients)} clients`;
  const reason = verdict.reason === null ? [] : [`  ${printableSentence(verdict.reason, LONGEST)}`];
  const bar =
    isRecovering(service) && clients !== null ? [`  ${barLine(service, clients, columns - 2)}`] : [];
  return [`${headline(service)}${some}`, ...reason, ...bar];
}

function barLine(
  { graceLeft }: ServiceStatus,
  clients: NonNullable<ServiceStatus['clients']>,
  columns: number,
): string {
  const seconds = graceLeft === null ? null : Math.ceil(graceLeft / 1000);
  const there = clients.back + clients.present;
  const all = totalOf(clients);
  const text = fitting(columns - NARROWEST - 3, [
    `${there} of ${all} back, ${seconds === null ? 'grace left: ?' : `grace ${seconds} s`}`,
    `${there}/${all}, ${seconds ?? '?'} s`,
  ]);
  // The numbers count more than how wide the bar is.
  const room = Math.min(Math.max(columns - BESIDE, NARROW), columns - text.length - 3, WIDEST);
  return `${recoveryBar(clients, Math.max(room, 1))} ${text}`;
}

/** The first text that has room; else the last one. */
function fitting(columns: number, texts: readonly string[]): string {
  return texts.find(({ length }) => length <= columns) ?? (texts.at(-1) as string);
}

function headline({ service, verdict, phase }: ServiceStatus): string {
  return `${printable(service) || 'unnamed service'}: ${verdict.state}${phase === null ? '' : `, ${phase}`}`;
}

function isWell(service: ServiceStatus): boolean {
  return service.verdict.state === 'ok' && !isRecovering(service);
}
