import t from 'tap';
import type { ServiceStatus } from '../../../../lib/cli/service-status.ts';
import type { View } from '../../../../lib/cli/watch/frame.ts';
import { screenOn } from '../../../../lib/cli/watch/screen.ts';
import { NO_CLIENTS } from '../reports.ts';

const SERVICE: ServiceStatus = {
  ...{ service: 'web', source: 'keeper', sharedDir: '/srv/a', phase: 'recovering', stateNumber: 7 },
  ...{ verdict: { state: 'ok', reason: null }, owner: { node: 'n2', epoch: 3, since: 1 }, lag: 0 },
  ...{
    clients: { ...NO_CLIENTS, told: 3 },
    unprotected: 0,
    lastRecovery: null,
    graceLeft: 9000,
    waitingFor: [],
    problems: [],
    keeper: null,
  },
};
const at = (seconds: number, services: readonly ServiceStatus[], problem: string | null = null): View => {
  return { at: 1_764_000_000_000 + seconds * 1000, of: 'n2', services, problem };
};

function output(facts: object) {
  const written: string[] = [];
  return { written, ...facts, write: (text: string) => written.push(text) };
}

t.test('a terminal is drawn over in place, and given back as it was', async (t) => {
  const { written, ...stdout } = output({ isTTY: true, columns: 30, rows: 4 });
  const screen = screenOn(stdout);
  screen.show(at(0, [SERVICE]));
  screen.end();
  t.match(written, ['\x1b[?1049h\x1b[?25l', '\x1b[Hn2, 2025-11-24T16:00:00Z', '\x1b[?25h\x1b[?1049l']);
  t.ok(
    written[1]?.split('\r\n').every((line) => line.includes('\x1b[K')),
    'the rest of each line is cleared',
  );
  t.equal(written[1]?.split('\r\n').length, 4, 'as high as the window');
  const { written: unsized, ...unknown } = output({ isTTY: true });
  screenOn(unknown).show(at(0, [SERVICE]));
  t.match(unsized[1], '3 told');
});

t.test('elsewhere a line for each change, and time alone is none', async (t) => {
  const { written, ...stdout } = output({});
  const screen = screenOn(stdout);
  screen.show(at(0, []));
  screen.show(at(1, []));
  screen.show(at(2, [SERVICE]));
  screen.show(at(3, [{ ...SERVICE, graceLeft: 8000, lag: 5 }]));
  screen.show(at(4, [{ ...SERVICE, graceLeft: 7000, clients: { ...NO_CLIENTS, told: 2, back: 1 } }]));
  screen.show(at(5, [], 'a\x1bb'));
  screen.show(at(6, [], 'a\x1bb'));
  screen.show(at(7, []));
  screen.end();
  t.same(written, [
    '2025-11-24T16:00:00.000Z no service is started here\n',
    '2025-11-24T16:00:02.000Z web: ok, recovering; n2 epoch 3; state 7; clients 3: 3 told; grace 9 s\n',
    '2025-11-24T16:00:04.000Z web: ok, recovering; n2 epoch 3; state 7; clients 3: 2 told, 1 back; grace 7 s\n',
    '2025-11-24T16:00:05.000Z a\\x1bb\n',
    '2025-11-24T16:00:07.000Z no service is started here\n',
    '2025-11-24T16:00:07.000Z web: not started here any more\n',
  ]);
});
