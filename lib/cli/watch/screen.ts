import { printable, printableSentence } from '../../printable.ts';
import type { ServiceStatus } from '../service-status.ts';
import { type Output, WIDTH } from '../terminal.ts';
import { frame, summary, type View } from './frame.ts';

/** Where views are shown one after the other. */
export interface Screen {
  show(view: View): void;
  end(): void;
}

/** A terminal that does not say how high it is has this many rows, as the first ones had. */
const ROWS = 24;

/** A live picture on a terminal, a line for each change elsewhere. */
export function screenOn(output: Output): Screen {
  return output.isTTY ? live(output) : lines(output);
}

/** On the terminal's alternate screen, so that what was there before is there again afterwards (xterm's ctlseqs). */
function live(output: Output): Screen {
  output.write('\x1b[?1049h\x1b[?25l');
  return {
    show(view) {
      const size = { columns: output.columns ?? WIDTH, rows: output.rows ?? ROWS };
      // Each line is written over the one before, so that nothing flickers.
      const text = frame(view, size).map((line) => `${line}\x1b[K`);
      output.write(`\x1b[H${text.join('\r\n')}\x1b[J`);
    },
    end() {
      output.write('\x1b[?25h\x1b[?1049l');
    },
  };
}

function lines(output: Output): Screen {
  const said = new Map<string, string>();
  let note = '';
  const say = (at: number, line: string) => output.write(`${new Date(at).toISOString()} ${line}\n`);
  return {
    show({ at, services, problem }) {
      const now = noteOn(services, problem);
      if (now !== note && now !== '') say(at, now);
      note = now;
      for (const service of services) {
        // That time goes by is no change.
        const change = summary({ ...service, graceLeft: null, lag: null });
        if (said.get(service.service) !== change) say(at, summary(service));
        said.set(service.service, change);
      }
      if (problem !== null) return;
      for (const name of said.keys()) {
        if (services.some(({ service }) => service === name)) continue;
        said.delete(name);
        say(at, `${printable(name)}: not started here any more`);
      }
    },
    end() {},
  };
}

function noteOn(services: readonly ServiceStatus[], problem: string | null): string {
  if (problem !== null) return printableSentence(problem, 1000);
  return services.length === 0 ? 'no service is started here' : '';
}
