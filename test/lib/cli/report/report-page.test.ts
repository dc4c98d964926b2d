import t from 'tap';
import type { ClientStory } from '../../../../lib/cli/report/recovery-report.ts';
import { recoveryReport } from '../../../../lib/cli/report/recovery-report.ts';
import { reportPage } from '../../../../lib/cli/report/report-page.ts';
import { BEGUN, ENDED, EVENTS, entry, HOSTILE } from './example-recovery.ts';

const recovery = recoveryReport('/srv/<a>', ENDED, EVENTS);
const shown = { service: 'locks', sharedDir: '/srv/<a>', recovery, problem: null };
const page = (...services: Parameters<typeof reportPage>[0]) => reportPage(services, 'n<2>', BEGUN + 100_000);

t.test('no script, nothing from elsewhere, and no stranger writes markup', async (t) => {
  const hostile = {
    ...recovery,
    ...{ names: [HOSTILE], from: HOSTILE, end: HOSTILE, owner: { ...recovery.owner, node: HOSTILE } },
    timeline: [{ at: BEGUN, event: HOSTILE, facts: { [HOSTILE]: HOSTILE } }],
    clients: [
      { ...entry(HOSTILE, 'missed', 0, { [HOSTILE]: HOSTILE }), steps: [{ at: BEGUN, what: HOSTILE }] },
    ],
  };
  const text = page({ service: HOSTILE, sharedDir: HOSTILE, recovery: hostile, problem: null });
  t.notMatch(text, /<img|<script|(src|href)=["']?http/);
  t.notOk(text.includes('\x1b'));
  t.match(text, '&lt;img src=x onerror=alert(1)&gt;\\x1b[2J&amp;&quot;&#39;');
  t.match(text, `content="default-src 'none'; style-src 'unsafe-inline'"`);
  const tags = (pattern: RegExp) => [...text.matchAll(pattern)].length;
  for (const tag of ['div', 'section', 'details', 'span', 'li', 'i', 'dl', 'dd', 'ol'])
    t.equal(tags(new RegExp(`<${tag}[ >]`, 'g')), tags(new RegExp(`</${tag}>`, 'g')), tag);
});

t.test('the story of a recovery', async (t) => {
  const text = page(shown);
  t.match(text, '<h2 class="bad">locks: recovery ended, 1 of 4 clients missed</h2>');
  t.match(text, '<dt>Ended</dt><dd>2025-11-24T16:01:30Z, after 90.0 s: grace was over</dd>');
  t.match(text, /<summary>Missed: 1<\/summary>[\s\S]*<summary>Back or present: 3<\/summary>/);
  t.match(text, /class="answered" style="left: 18.26%" title="answered 3.0 s"/);
  t.match(text, '<title>Recovery: locks, 1 missed</title>');
  t.match(text, 'Made on n&lt;2&gt; at 2025-11-24T16:01:40Z.');
  t.notMatch(text, 'overwritten');
});

t.test('each state has its mood', async (t) => {
  const well = { ...recovery, counts: { ...recovery.counts, missed: 0 } };
  t.match(page({ ...shown, recovery: well }), '<h2 class="good">');
  for (const state of ['running', 'broken-off'] as const)
    t.match(page({ ...shown, recovery: { ...well, state } }), '<h2 class="open">', state);
  const none = page({ ...shown, recovery: { ...well, state: 'none' } });
  t.match(none, 'nobody had to be told in this epoch');
  t.notMatch(none, '<dl>');
});

t.test('what is not known is said', async (t) => {
  const bare = { stateNumber: null, from: null, names: [], begun: -1, ended: null };
  const alone = { ...recovery, ...bare, timeline: [], clients: [], eventLog: 'none' } as const;
  const text = page({
    ...shown,
    service: '',
    recovery: { ...alone, owner: { ...recovery.owner, node: '' } },
  });
  t.match(
    text,
    /unnamed service[\s\S]*an unknown node[\s\S]*at an unknown time[\s\S]*nobody was told[\s\S]*none/,
  );
  t.match(text, 'is not on this node any more');
  t.match(
    page({ ...shown, recovery: { ...recovery, eventLog: 'partial' } }),
    'The beginning of the event log',
  );
  const broken = { service: 'a', sharedDir: null, recovery: null, problem: 'no store <here>' };
  t.match(page(broken), '<h2 class="bad">a: no store &lt;here&gt;</h2>');
  t.match(page(), '<p>No service is started on this node.</p>');
});

t.test('many who are back are shown when they are asked for', async (t) => {
  const clients = Array.from({ length: 201 }, (_, index): ClientStory => {
    return { ...entry(`c${index}`, 'back', 0), steps: [{ at: BEGUN - 5, what: 'back' }] };
  });
  t.match(
    page({ ...shown, recovery: { ...recovery, clients } }),
    '<details ><summary>Back or present: 201</summary>',
  );
});
