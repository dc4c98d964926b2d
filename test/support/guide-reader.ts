import { isDeepStrictEqual } from 'node:util';
import type { Test } from 'tap';
import type { GuideBlock } from './guide.ts';

/** What the lab has in place of what a guide names. */
export type StandIns = readonly (readonly [what: RegExp, instead: string])[];

/** A machine on which a reader types; that of any lab. */
export interface Typist {
  readonly name: string;
  /** Runs a command to its end. @param input its standard input */
  run(argv: readonly string[], input: string): Promise<{ readonly code: number; readonly stdout: string }>;
}

/** The machines that a guide speaks of. */
export interface GuideSite {
  /** The nodes of the cluster that are on. */
  nodes(): readonly Typist[];
  /** The node that has the service. */
  serving(): Promise<Typist>;
  /** Does what a client's block is there for: by typing it, or in its place where no test can. */
  asClient(block: GuideBlock): Promise<void>;
}

interface Ways {
  readonly standIns: StandIns;
  /** What doctor complains of where all is as the guides say. */
  readonly complaints: readonly string[];
  /** Milliseconds for what takes its time to be as the guide says. */
  readonly within: number;
}

/** What the guides say that a command says, in the end; on one page or on all. */
const EXPECTED: readonly (readonly [command: RegExp, said: RegExp, page?: string])[] = [
  [/^lockferry status$/m, /^locks: ok, capturing$/m],
  [/^crm_mon -1 -o$/m, /\(\d+\) migrate_from/],
  [/^lockferry report$/m, /^ +(?:c1|192\.0\.2\.51) .*\b(?:back|present)\b/m, 'active-active'],
  [/^lockferry report$/m, /^ +(?:c1|192\.0\.2\.51) .*\bback\b/m],
];

/** Somebody who has chosen some ways and types what a guide says, block by block. */
export class GuideReader {
  readonly #t: Test;
  readonly #site: GuideSite;
  readonly #ways: Ways;

  constructor(t: Test, site: GuideSite, ways: Ways) {
    [this.#t, this.#site, this.#ways] = [t, site, ways];
  }

  /** Types the blocks of some pages, in their order, as somebody does who has chosen these ways. */
  async follow(blocks: readonly GuideBlock[], ways: readonly string[]): Promise<void> {
    const languages = ['sh', ...ways];
    for (const block of blocks) {
      if (!languages.includes(block.language) || block.only.some((way) => !ways.includes(way))) continue;
      if (block.where === 'client') await this.#site.asClient(block);
      else if (block.spared === null) await this.type(block);
    }
  }

  /** Types one block where it says; gives up when the last place has not said in time what the guide promises. */
  async type(block: GuideBlock): Promise<void> {
    const text = this.#ways.standIns.reduce((now, [what, by]) => now.replaceAll(what, by), block.text);
    const [first = ''] = text.split('\n');
    const crm = block.language === 'crm';
    const argv = crm ? ['crm', 'configure', 'load', 'update', '-'] : ['bash', '-e', '-c', text];
    const expected = promised(block.page, text);
    const isDoctor = /^lockferry doctor$/m.test(text);
    const good = ({ code, stdout }: { code: number; stdout: string }) =>
      isDoctor
        ? isDeepStrictEqual(complaintsIn(stdout), this.#ways.complaints)
        : code === 0 && expected.every((said) => said.test(stdout));
    for (const place of await this.#places(block)) {
      const began = Date.now();
      const run = () => place.run(['env', '-C', '/root', ...argv], crm ? text : '');
      let said = await run();
      // What takes its time is looked at again, by a test as by a reader.
      while ((isDoctor || expected.length > 0) && !good(said) && Date.now() < began + this.#ways.within)
        said = await run();
      const took = Date.now() - began;
      const cluster = good(said) ? '' : (await place.run(['crm_mon', '-1', '-r', '-f'], '')).stdout;
      this.#t.ok(good(said), `${block.page}, on ${place.name}: ${first} (${took} ms)`, { said, cluster });
    }
  }

  async #places({ where }: GuideBlock): Promise<readonly Typist[]> {
    if (where === 'serving') return [await this.#site.serving()];
    const nodes = this.#site.nodes();
    return where === 'each' ? nodes : nodes.slice(0, 1);
  }
}

/** What the page says of the commands of a block; where it says something of its own, nothing else counts. */
function promised(page: string, text: string): RegExp[] {
  const commands = EXPECTED.filter(([command]) => command.test(text));
  const own = commands.filter(([, , only]) => only === page);
  return (own.length > 0 ? own : commands.filter(([, , only]) => only === undefined)).map(([, said]) => said);
}

/** The checks that doctor is not content with, worst last, as it prints them. */
function complaintsIn(said: string): string[] {
  return [...said.matchAll(/^(?:UNKNOWN|WARNING|BAD) +(?:[\w-]+\/)?([\w-]+):/gm)].map(
    ([, code = '']) => code,
  );
}
