import { instant } from '../../instant.ts';
import { printable, printableSentence } from '../../printable.ts';
import { VERSION } from '../../version.ts';
import { Html, html } from './html.ts';
import type { ClientStory, RecoveryReport } from './recovery-report.ts';
import { STYLE } from './report-style.ts';
import { endText, headline, moments, namesText, seconds, stepsText } from './sentences.ts';
import type { ServiceReport } from './service-report.ts';

/** More clients than this, none of whom was missed, are shown when the reader asks for them. */
const OPEN_AT_MOST = 200;
/** Marks on the scale of time. */
const MARKS = 5;
const LONGEST = 1000;
/** What the marks of a client mean. */
const KEY = [
  ['unanswered', 'not answered'],
  ['answered', 'answered'],
  ['back', 'back'],
  ['missed', 'missed'],
] as const;

/** One page that needs nothing else: no script, no picture, nothing from elsewhere. @param now ms since 1970 */
export function reportPage(services: readonly ServiceReport[], node: string, now: number): string {
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title(services)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>Last recovery of each NFS service</h1>
<p>Made on ${printable(node)} at ${String(instant(now))}.</p>
${services.length === 0 ? html`<p>No service is started on this node.</p>` : services.map(section)}
<footer>lockferry ${VERSION}. &ldquo;answered&rdquo; means that the client&rsquo;s status monitor has answered
for every announced name, &ldquo;back&rdquo; that statd on the adoptive node has written its record anew,
&ldquo;missed&rdquo; that grace ended without that: its locks may be lost.</footer>
</body>
</html>
`;
  return page.markup;
}

function title(services: readonly ServiceReport[]): string {
  const missed = services.reduce((sum, { recovery }) => sum + (recovery?.counts.missed ?? 0), 0);
  return `Recovery: ${services.map(({ service }) => printable(service)).join(', ')}, ${missed} missed`;
}

function section({ service, sharedDir, recovery, problem }: ServiceReport): Html {
  const name = printable(service, LONGEST) || 'unnamed service';
  const where = sharedDir === null ? [] : [html`<p>Lock store: ${printable(sharedDir, LONGEST)}</p>`];
  if (recovery === null) {
    return html`<section><h2 class="bad">${name}: ${printableSentence(String(problem), LONGEST)}</h2>${where}</section>`;
  }
  const story = recovery.state === 'none' ? [] : [facts(recovery), happened(recovery), clients(recovery)];
  return html`<section><h2 class="${mood(recovery)}">${name}: ${headline(recovery)}</h2>${where}${story}</section>`;
}

function mood({ state, counts }: RecoveryReport): string {
  if (counts.missed > 0) return 'bad';
  return state === 'running' || state === 'broken-off' ? 'open' : 'good';
}

function facts(report: RecoveryReport): Html {
  const { owner, from, begun, names, stateNumber, counts } = report;
  const rows: [string, string][] = [
    ['Owner', `${printable(owner.node) || 'an unknown node'}, epoch ${owner.epoch}`],
    ['From', from === null ? 'not known' : printable(from)],
    ['Begun', instant(begun) ?? 'at an unknown time'],
    ['Ended', endText(report)],
    ['Told as', names.length === 0 ? 'nobody was told' : names.map((name) => printable(name)).join(', ')],
    ['State number', stateNumber === null ? 'none' : String(stateNumber)],
    ['Clients', countsText(counts)],
  ];
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function countsText(counts: RecoveryReport['counts']): string {
  const some = Object.entries(counts).filter(([, number]) => number > 0);
  return some.map(([phase, number]) => `${number} ${phase}`).join(', ');
}

function happened({ timeline, begun, eventLog }: RecoveryReport): Html {
  if (eventLog === 'none') return html`<p>The event log of this recovery is not on this node any more.</p>`;
  const rows = moments(timeline).map(
    ({ at, what }) => html`<li><time>${seconds(at - begun)}</time><span>${what}</span></li>\n`,
  );
  const lost = eventLog === 'whole' ? [] : [html`<p>The beginning of the event log is overwritten.</p>`];
  return html`<h3>What happened</h3>${lost}<ol>${rows}</ol>`;
}

function clients(report: RecoveryReport): Html {
  const span = spanOf(report);
  const marks = Array.from({ length: MARKS }, (_, index) => index / (MARKS - 1));
  const scale = marks.map(
    (part) => html`<span style="left: ${percent(part)}">${seconds(part * part * span)}</span>`,
  );
  const groups: [string, string[]][] = [
    ['Missed', ['missed']],
    ['Not back', ['recorded', 'conveyed', 'answered', 'told']],
    ['Back or present', ['back', 'present']],
  ];
  return html`<h3>Clients</h3>
<p class="key">${KEY.map(([what, name]) => html`<span><i class="${what}"></i>${name}</span> `)}</p>
<div class="row head"><span></span><span></span><div class="track scale">${scale}</div></div>
${groups.map(([name, phases]) => group(name, phases, report, span))}`;
}

function group(name: string, phases: readonly string[], report: RecoveryReport, span: number): Html {
  const found = report.clients.filter(({ phase }) => phases.includes(phase));
  if (found.length === 0) return html``;
  const rows = found.map((client) => row(client, report.begun, span));
  const open = name !== 'Back or present' || found.length <= OPEN_AT_MOST ? 'open' : '';
  return html`<details ${open}><summary>${name}: ${found.length}</summary>${rows}</details>\n`;
}

function row(story: ClientStory, begun: number, span: number): Html {
  const dots = story.steps.map(({ at, what }) => {
    const left = percent(placeOf((at - begun) / span));
    return html`<i class="${printable(what)}" style="left: ${left}" title="${printable(what)} ${seconds(at - begun)}"></i>`;
  });
  const told = story.phase === 'back' || story.phase === 'present' ? '' : namesText(story);
  const steps = `${stepsText(story, begun)}${told === '' ? '' : `; ${told}`}`;
  return html`<div class="row"><span class="name">${printable(story.client)}</span><span class="phase ${story.phase}">${story.phase}</span><div class="track">${dots}</div><span class="steps">${steps}</span></div>\n`;
}

/** Milliseconds that the scale is long: to the end, or to the last thing that is known. */
function spanOf({ begun, ended, clients, timeline }: RecoveryReport): number {
  const known = [...timeline, ...clients.flatMap(({ steps }) => steps)];
  const last = known.reduce((latest, { at }) => Math.max(latest, at), ended ?? begun);
  return Math.max(last - begun, 1);
}

/** Nearly all happens in the first seconds of a long grace period: the scale is finer there, by the square root. */
function placeOf(part: number): number {
  return Math.sqrt(Math.min(Math.max(part, 0), 1));
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}
