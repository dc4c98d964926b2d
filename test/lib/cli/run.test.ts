import { join } from 'node:path';
import t from 'tap';
import { run } from '../../../lib/cli/run.ts';
import { VERSION } from '../../../lib/version.ts';
import { keeperWith, reportOf, shortDirectory, terminal } from './reports.ts';

async function ran(argv: string[], runtime?: string) {
  const { written, ...streams } = terminal();
  const code = await run(argv, streams, runtime);
  return { code, ...written };
}

t.test('help and version', async (t) => {
  const help = await ran(['--help']);
  t.match(help, { code: 0, err: '', out: /lockferry status +Show[\s\S]*Examples:\n +lockferry status/ });
  const status = await ran(['status', '--help']);
  t.match(status, {
    code: 0,
    err: '',
    out: /--shared-dir[\s\S]*Examples:[\s\S]*"services":[\s\S]*Exit code: 0/,
  });
  const setup = await ran(['setup', 'callout', '--help']);
  t.match(setup, { code: 0, err: '', out: /--undo[\s\S]*--yes[\s\S]*Exit code: 0/ });
  for (const line of `${help.out}${status.out}${setup.out}`.split('\n')) t.ok(line.length <= 80, line);
  t.strictSame(await ran(['--version']), { code: 0, out: `${VERSION}\n`, err: '' });
});

t.test('a command line that cannot be understood is refused in one line', async (t) => {
  const refused: [string[], RegExp][] = [
    [[], /a command is needed/],
    [['bogus'], /Unknown argument: bogus/],
    [['\x1b[2J'], /Unknown argument: \\x1b/],
    [['status', 'extra'], /Unknown argument: extra/],
    [['status', '--bogus'], /Unknown argument: bogus/],
    [['status', '--no-json'], /Unknown argument/],
    [['status', '--shared-dir'], /Not enough arguments following: shared-dir/],
    [['setup'], /what to set up is needed: callout/],
    [['setup', 'bogus'], /Unknown argument: bogus/],
    [['setup', 'callout', '--bogus'], /Unknown argument: bogus/],
    [['status', '--shared-dir='], /--shared-dir needs a directory/],
    [['status', '--shared-dir', 'a', '--shared-dir', 'b'], /--shared-dir can be given once/],
  ];
  for (const [argv, said] of refused) {
    const { code, out, err } = await ran(argv);
    t.match({ code, out }, { code: 2, out: '' }, argv.join(' '));
    t.match(err, said);
    t.match(err, /^lockferry: [\x20-\x7e]+ \(see lockferry --help\)\n$/);
  }
});

t.test('status is run with its options, and its code is the exit code', async (t) => {
  const runtime = shortDirectory(t);
  t.strictSame(await ran(['status', '--json'], runtime), { code: 0, out: '{"services":[]}\n', err: '' });
  const verdict = { state: 'failed', reason: 'not the owner any more' } as const;
  t.teardown(await keeperWith(runtime, reportOf('nfs-a', { verdict })));
  t.match(await ran(['status'], runtime), { code: 1, out: /nfs-a: failed/, err: '' });
});

t.test('a store that cannot be read is said on standard error', async (t) => {
  const { code, out, err } = await ran(['status', '--json', '--shared-dir', join(t.testdir({}), 'none')]);
  t.match({ code, out }, { code: 1, out: '' });
  t.match(err, /^lockferry: cannot use lock store [\x20-\x7e]+\n$/);
});

t.test('setup is run with its options', async (t) => {
  t.match(await ran(['setup', 'callout', '--undo']), { code: 0, out: /./, err: '' }, 'it only shows');
});
