import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { nodeName } from '../node/this-node.ts';
import { printable } from '../printable.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption, onceEach, serviceOrStore, sharedDirOption } from './options.ts';
import { putFile } from './put-file.ts';
import { reportPage } from './report/report-page.ts';
import { reportText } from './report/report-text.ts';
import { reportOnStore, reportsHere } from './report/service-report.ts';
import type { Terminal } from './terminal.ts';

export interface ReportOptions {
  /** A service of this node; undefined: all of them. */
  readonly service: string | undefined;
  /** A lock store to read instead. */
  readonly sharedDir: string | undefined;
  /** The file of the page that is to be made. */
  readonly html: string | undefined;
  readonly json: boolean;
}

export const REPORT_SUMMARY = 'Tell what happened in the last recovery, client by client';

const HELP = `Reads lock stores, and the event log of services that are started here; changes
nothing. On another node, or once the service has left, there is no event log:
then it is known what became of each client, and not how it came to that.

--html makes one page with a timeline that needs nothing else: send it as it is.

Prints JSON as one object on one line, {"services":[...]}. Each service has
  service      its name
  sharedDir    directory of its lock store
  problem      why it cannot be read, or null
  recovery     null if it cannot be read, else
    state        "none" (nobody had to be told in this epoch), "running",
                 "broken-off" (the service left before it had ended), "ended"
    owner        {node, epoch, since}
    from         the node that had the service before, or null
    begun, ended in milliseconds since 1970; ended is null if not known
    end          "complete", "grace-over", "too-late", or null
    stateNumber  the NSM state number that was announced last, or null
    names        the names that were announced
    counts       {recorded, conveyed, answered, told, present, back, missed}
    clients      a list, those who were missed first; each as in lockferry
                 clients --help, and steps: [{at, what}]
    timeline     [{at, event, facts}], as the event log has it
    eventLog     "whole", "partial" (its beginning is overwritten), "none"
Times are in milliseconds since 1970.

Exit code: 0 if all stores were read, else 1.`;

/** Declares the options of `lockferry report`. */
export function reportOptions(yargs: Argv) {
  return yargs
    .usage('lockferry report [SERVICE | --shared-dir DIR] [--html FILE | --json]')
    .usage(`${REPORT_SUMMARY}. Run it as root.`)
    .positional('service', { type: 'string', describe: 'A service that is started on this node' })
    .option('shared-dir', { ...sharedDirOption, describe: 'Read the lock store in this directory' })
    .option('html', { type: 'string', requiresArg: true, describe: 'Write a page into this file' })
    .option('json', jsonOption)
    .check(onceEach('shared-dir', 'html'))
    .check(serviceOrStore)
    .check(({ html, json }) => {
      if (html !== undefined && json) throw new Error('give --html or --json, not both');
      return true;
    })
    .example('lockferry report', 'the services of this node')
    .example('lockferry report --html report.html', 'a page to look at')
    .epilogue(HELP);
}

/** Reports. @returns the exit code. @throws Fault where a service is not started here, or the page cannot be written. */
export async function report(options: ReportOptions, { stdout }: Terminal, means: Means): Promise<number> {
  const { service, sharedDir, html, json } = options;
  const services =
    sharedDir === undefined
      ? await reportsHere(service, means)
      : [await reportOnStore('', resolve(sharedDir), means)];
  if (html !== undefined) {
    const file = resolve(html);
    await putFile(file, reportPage(services, nodeName(), Date.now()));
    stdout.write(`The page is in ${printable(file, 1000)}\n`);
  } else if (json) {
    stdout.write(jsonText({ services }));
  } else {
    stdout.write(services.map(reportText).join('\n') || 'No service is started on this node.\n');
  }
  return services.every(({ problem }) => problem === null) ? 0 : 1;
}
