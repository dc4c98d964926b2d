import { roff, titleLine } from './roff.ts';

/** What a command says of itself for `--help`. */
export interface HelpText {
  /** `lockferry status`; of the whole, `lockferry`. */
  readonly command: string;
  readonly text: string;
}

/** The manual page of the command `lockferry`, made of what it says for `--help`. */
export function commandPage(
  version: string,
  [whole, ...commands]: readonly [HelpText, ...HelpText[]],
): string {
  return [
    titleLine('LOCKFERRY', 8, version),
    '.SH NAME\nlockferry \\- carries NFSv3 file locks across a failover\n',
    `.SH SYNOPSIS\n.B lockferry\n.I COMMAND\n.RI [ OPTION ]...\n`,
    `.SH DESCRIPTION\n${verbatim(whole.text)}`,
    ...commands.map(({ command, text }) => `.SS ${roff(command)}\n${verbatim(text)}`),
    '.SH FILES\n.TP\n.I /run/lockferry\nRun\\-time state of the services of this node.\n',
    '.SH SEE ALSO\n.BR ocf_lockferry_nfslock (7),\n.BR rpc.statd (8)\n',
  ].join('');
}

function verbatim(text: string): string {
  return `.nf\n${roff(text.trimEnd())}\n.fi\n`;
}
