import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NfslockTools, nfslock } from '../../agents/nfslock.ts';
import { VERSION } from '../../lib/version.ts';
import { agentPage } from './agent-page.ts';
import { commandPage, type HelpText } from './command-page.ts';

/** Writes the manual pages into the directory of the built programs: `man.cjs DIST`. */
function main(dist: string): void {
  const help = (...command: string[]): HelpText => ({
    command: ['lockferry', ...command].join(' '),
    text: execFileSync(process.execPath, [join(dist, 'lockferry.cjs'), ...command, '--help'], {
      encoding: 'utf8',
      env: {},
    }),
  });
  // The commands come before the options; an example may name one again.
  const below = ({ text }: HelpText): HelpText[] => {
    const [summary = ''] = text.split('\nOptions:');
    const found = [...summary.matchAll(/^ {2}lockferry ([a-z]+(?: [a-z]+)?)/gm)];
    return found.map(([, words = '']) => help(...words.split(' '))).flatMap((page) => [page, ...below(page)]);
  };
  const whole = help();
  const commands = below(whole);
  if (commands.length === 0) throw new Error('lockferry --help names no command');
  // What the agent says of itself needs none of its tools.
  const agent = nfslock({ version: VERSION } as NfslockTools);
  writeFileSync(join(dist, 'ocf_lockferry_nfslock.7'), agentPage(agent, 'lockferry'));
  writeFileSync(join(dist, 'lockferry.8'), commandPage(VERSION, [whole, ...commands]));
}

main(process.argv[2] ?? '.');
