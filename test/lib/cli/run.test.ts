import { join } from 'node:path';
import t from 'tap';
import { run } from '../../../lib/cli/run.ts';
import { VERSION } from '../../../lib/version.ts';
import { STORAGE } from './by-hand.ts';
import { keeperWith, reportOf, shortDirectory, terminal } from './reports.ts';

async function ran(argv: string[], runtime?: string) {
  const { written, ...streams } = terminal();
  const code = await run(argv, streams, { runtime, storage: STORAGE, signals: process });
  return { code, ...written };
}

t.test('help and version', async (t) => {
  const help = await ran(['--help']);
  t.match(help, { code: 0, err: '', out: /lockferry status +Show[\s\S]*Examples:\n +lockferry status/ });
  const setup = await ran(['setup', 'callout', '--help']);
  t.match(setup, { code: 0, err: '', out: /--undo[\s\S]*--yes[\s\S]*Exit code: 0/ });
  for (const line of `${help.out}${setup.out}`.split('\n')) t.ok(line.length <= 80, line);
  for (const command of ['status', 'clients', 'report', 'snapshot', 'restore', 'notify']) {
    t.match(help.out, new RegExp(`^ +lockferry ${command} `, 'm'));
    const { code, out, err } = await ran([command, '--help']);
    t.strictSame({ code, err }, { code: 0, err: '' });
    t.match(
      out,
      /--shared-dir[\s\S]*Examples:\n +lockferry[\s\S]* JSON as one object[\s\S]*Exit code: 0/,
      command,
    );
    for (const line of out.split('\n')) t.ok(line.length <= 80, line);
  }
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
    [['status', '--json', '--watch'], /give one of --watch, --json and --prometheus/],
    [['status', '--json', '--prometheus', '-'], /give one of/],
    [['status', '--shared-dir'], /Not enough arguments following: shared-dir/],
    [['setup', 'bogus'], /Unknown argument: bogus/],
    [['setup', 'callout', '--bogus'], /Unknown argument: bogus/],
    [['status', '--shared-dir='], /--shared-dir needs a value/],
    [['status', '--shared-dir', 'a', '--shared-dir', 'b'], /--shared-dir can be given once/],
    [['clients', 'a', '--shared-dir', '/b'], /give a service or --shared-dir, not both/],
    [['report', 'a', '--shared-dir', '/b'], /give a service or --shared-dir, not both/],
    [['report', '--html', '/a', '--json'], /give --html or --json, not both/],
    [['clients', 'a', 'b'], /Unknown argument: b/],
    [['snapshot'], /Missing required argument: shared-dir/],
    [['restore', '--shared-dir', '/a'], /give --to or --live, one of them/],
    [['restore', '--shared-dir', '/a', '--to', '/b', '--live'], /give --to or --live, one of them/],
    [['notify', '--shared-dir', '/a'], /Missing required argument: ip/],
    [['notify', '--ip', '192.0.2.1'], /give --shared-dir or --from/],
    [['notify', '--ip', '192.0.2.1', '--shared-dir', '/a', '--from', '/b'], /give --shared-dir or --from/],
    [['notify', '--ip', '192.0.2.300', '--from', '/b'], /no address of a service: 192\.0\.2\.300/],
    [['notify', '--ip', '192.0.2.1', '--from', '/b', '--names', 'a/b'], /no host name: a\/b/],
    [['notify', '--ip', '192.0.2.1', '--from', '/b', '--within', '0'], /--within takes 1 to 86400 seconds/],
    [['notify', '--ip', '192.0.2.1', '--from', '/b', '--within', 'soon'], /--within takes/],
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
  const none = join(shortDirectory(t), 'none\\');
  const { code, out, err } = await ran(['status', '--json', '--shared-dir', none]);
  t.match({ code, out }, { code: 1, out: '' });
  t.match(err, /^lockferry: cannot use lock store [\x20-\x7e]+none\\\\ \(ENOENT\)/, 'escaped once');
});

t.test('what can be done about it is said, too', async (t) => {
  const runtime = shortDirectory(t);
  const argv = ['snapshot', '--service', `none-${process.pid}`, '--shared-dir', join(runtime, 'none')];
  const { code, err } = await ran([...argv, '--statd-dir', '/no/statd'], runtime);
  t.equal(code, 1);
  t.equal(err, "lockferry: statd's directory /no/statd does not exist; correct statd_dir\n");
});

t.test('every command reaches what it is named after', async (t) => {
  const runtime = shortDirectory(t);
  const none = join(runtime, 'none');
  t.match(await ran(['clients', 'nfs'], runtime), { code: 1, err: /no service nfs is started on this node/ });
  t.match(await ran(['report', 'nfs'], runtime), { code: 1, err: /no service nfs is started on this node/ });
  const taking = ['--shared-dir', none, '--statd-dir', runtime];
  t.match(await ran(['snapshot', ...taking], runtime), { code: 1, err: /give --service/ });
  t.match(await ran(['restore', ...taking, '--to', none], runtime), { code: 1, err: /says whose it is/ });
  t.match(await ran(['notify', ...taking, '--ip', '192.0.2.1'], runtime), {
    code: 1,
    err: /this node does not have address 192\.0\.2\.1/,
  });
});

t.test('doctor is run with its options', async (t) => {
  t.match(await ran(['doctor', '--json']), { out: /^\{"node":.*"findings":\[/, err: '' });
});

t.test('setup is run with its options', async (t) => {
  for (const words of [['callout', '--undo'], ['--undo']]) {
    t.match(await ran(['setup', ...words]), { code: 0, out: /./, err: '' }, 'it only shows');
  }
});
