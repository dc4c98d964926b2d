import t from 'tap';
import yargs from 'yargs';
import { setupAll, setupCommands } from '../../../lib/cli/setup.ts';
import { terminal } from './reports.ts';

async function parse(argv: string[]) {
  const { written, ...streams } = terminal();
  const chosen: (() => Promise<number>)[] = [];
  const parser = setupCommands(yargs(), streams, (act) => chosen.push(act)).exitProcess(false);
  parser.strict().fail((message) => {
    throw new Error(message);
  });
  await parser.parseAsync(argv);
  return { chosen, written };
}

t.test('what is asked for is chosen, and not done yet', async (t) => {
  const { chosen, written } = await parse(['callout', '--undo']);
  t.equal(chosen.length, 1);
  t.same(written, { out: '', err: '' });
  t.equal(await chosen[0]?.(), 0, 'without --yes it only shows');
  t.not(written.out, '');
});

t.test('everything is what the command itself sets up', async (t) => {
  const { chosen, written } = await parse(['--undo']);
  t.same(chosen, []);
  t.equal(
    await setupAll(
      { undo: true, yes: false },
      { stdout: { write: (text) => (written.out += text) }, stderr: { write: () => true } },
    ),
    0,
  );
  t.not(written.out, '');
});

t.test('what is not known is refused', async (t) => {
  await t.rejects(parse(['bogus']), { message: /bogus/ });
  await t.rejects(parse(['callout', '--bogus']), { message: /bogus/ });
});
