import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ownerOf, statdDirectory } from '../../../../lib/nsm/statd-directory.ts';
import { readStateFile } from '../../../../lib/nsm/state-file.ts';
import type { NotifyOptions, NotifyResult } from '../../../../lib/recover/notifier/index.ts';
import { tellBySmNotify } from '../../../../lib/recover/triggers/sm-notify.ts';
import { ClientHost } from '../../../support/client-host.ts';
import { inOwnNetwork } from '../../../support/own-network.ts';
import { until } from '../../capture/sm-directory.ts';

/*
 * The real sm-notify, as the user that owns statd's directory, in front of clients on loopback that rpcbind's own port
 * finds. It announces what an address is called, and /etc/hosts says how 127.0.0.1 is called.
 */
const LOCAL = { name: '127.0.0.1', source: '127.0.0.1' };
const NUMBER = 1_764_000_005;
const owner = ownerOf(statdDirectory('/var/lib/nfs')) ?? { uid: 104, gid: 65534 };

function stage(t: Test, clients: readonly string[], more: Partial<NotifyOptions> = {}) {
  const root = t.testdir({ private: {} });
  chmodSync(join(root, 'private'), 0o700);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const results: NotifyResult[] = [];
  const told: string[] = [];
  const events: unknown[] = [];
  const options: NotifyOptions = {
    targets: clients.map((client) => ({ client, addresses: [client], hostNames: [] })),
    ...{ announcements: [LOCAL], stateNumber: NUMBER, sourcePort: 0, signal: abort.signal },
    resolver: { addresses: async () => [], names: async () => [] },
    onResult: (result) => void results.push(result),
    onClient: (client) => void told.push(client),
    ...more,
  };
  const dir = join(root, 'private', 'statd-notify');
  const settings = { dir, owner, log: (event: string, facts = {}) => void events.push({ event, ...facts }) };
  return { root, dir, abort, results, told, events, options, settings };
}

async function client(t: Test, address: string): Promise<ClientHost> {
  const host = await ClientHost.start({ address, rpcbindPort: 111 });
  t.teardown(() => host.stop());
  return host;
}

await inOwnNetwork(
  import.meta.url,
  {
    async 'the real sm-notify tells everybody with our number, and what it removed is an answer'(t) {
      const hosts = [await client(t, '127.61.0.1'), await client(t, '127.61.0.2')];
      const { settings, options, results, told, events, root } = stage(t, ['127.61.0.1', '127.61.0.2']);
      await tellBySmNotify(settings)(options);
      t.same(told.sort(), ['127.61.0.1', '127.61.0.2']);
      t.same(
        results.map(({ name, outcome }) => [name, outcome]),
        [
          ['127.0.0.1', 'answered'],
          ['127.0.0.1', 'answered'],
        ],
      );
      for (const { heard } of hosts) {
        t.ok(heard.length > 0);
        t.ok(heard.every(({ state, from }) => state === NUMBER && from === '127.0.0.1'));
      }
      t.same(events, []);
      t.same(readdirSync(join(root, 'private')), [], 'nothing is left');
    },

    async 'whoever does not answer is not told; the end of grace ends it at once'(t) {
      await client(t, '127.62.0.1');
      const { settings, options, results, told, abort, dir } = stage(t, ['127.62.0.1', '127.62.0.9']);
      const telling = tellBySmNotify(settings)(options);
      await until(() => told.length === 1);
      t.same(told, ['127.62.0.1']);
      t.equal(results.length, 1);
      t.ok(existsSync(join(dir.replace(/$/, '-0'), 'sm.bak', '127.62.0.9')));
      abort.abort();
      await telling;
      t.equal(results.length, 1);
      t.notOk(existsSync(`${dir}-0`));
    },

    async 'a name that it cannot announce is reported, and the others go on'(t) {
      await client(t, '127.63.0.1');
      const unknown = { name: 'no-such-name.invalid', source: '127.0.0.1' };
      const { settings, options, results, told, events } = stage(t, ['127.63.0.1'], {
        announcements: [LOCAL, unknown],
      });
      await tellBySmNotify(settings)(options);
      t.same(results.map(({ name, outcome }) => `${name} ${outcome}`).sort(), [
        '127.0.0.1 answered',
        'no-such-name.invalid unresolved',
      ]);
      t.same(told, [], 'told is who has answered every name');
      t.match(events, [{ event: 'sm-notify-failed', name: 'no-such-name.invalid', reason: /exit code/ }]);
    },

    async 'where it can announce nothing, that is a fault'(t) {
      const unknown = { name: 'no-such-name.invalid', source: '127.0.0.1' };
      const { settings, options } = stage(t, ['127.64.0.1'], { announcements: [unknown] });
      await t.rejects(tellBySmNotify(settings)(options), { code: 'failed', message: /^sm-notify ended: / });
    },

    async 'clients go into runs of a hundred, but for a fixed port; none is started for nobody'(t) {
      const started: { name: string; files: number; state: number | null }[] = [];
      const clients = Array.from({ length: 120 }, (_, index) => `10.0.0.${index}`);
      for (const sourcePort of [0, 700]) {
        const { settings, options, told } = stage(t, clients, { sourcePort });
        const pending: Promise<unknown>[] = [];
        const tell = tellBySmNotify({
          ...settings,
          start: ({ directory, name }) => {
            const { sm, state } = statdDirectory(directory);
            const files = readdirSync(sm);
            pending.push(
              readStateFile(state).then((number) =>
                started.push({ name, files: files.length, state: number }),
              ),
            );
            for (const file of files) rmSync(join(sm, file));
            return { ended: () => null, end: async () => undefined };
          },
        });
        await tell(options);
        await Promise.all(pending);
        t.equal(told.length, 120);
      }
      t.same(
        started.map(({ files, state }) => [files, state]),
        [
          [100, NUMBER - 2],
          [20, NUMBER - 2],
          [120, NUMBER - 2],
        ],
      );
    },

    async 'files are named by address, else by host name; what cannot be a file is unresolved'(t) {
      const names: string[] = [];
      const targets = [
        { client: 'one', addresses: ['10.0.0.1'], hostNames: ['one'] },
        { client: 'two', addresses: [], hostNames: ['two.example.test'] },
        { client: 'three', addresses: [], hostNames: [] },
        { client: '../four', addresses: [], hostNames: ['../four'] },
      ];
      const { settings, options, results, told } = stage(t, [], { targets });
      const start = ({ directory }: { directory: string }) => {
        const { sm } = statdDirectory(directory);
        names.push(...readdirSync(sm));
        for (const file of names) rmSync(join(sm, file));
        return { ended: () => null, end: async () => undefined };
      };
      await tellBySmNotify({ ...settings, start })(options);
      t.same(names.sort(), ['10.0.0.1', 'three', 'two.example.test']);
      t.match(results[0], { client: '../four', outcome: 'unresolved' });
      t.same(told.sort(), ['one', 'three', 'two']);
    },

    async 'a file that is being moved is not an answer'(t) {
      const { settings, options, told } = stage(t, ['10.0.0.1']);
      let moves = 0;
      const start = ({ directory }: { directory: string }) => {
        const { sm, smBak } = statdDirectory(directory);
        rmSync(join(sm, '10.0.0.1'));
        mkdirSync(smBak, { recursive: true });
        writeFileSync(join(smBak, '10.0.0.1'), '');
        return {
          ended: () => {
            moves += 1;
            if (moves === 3) rmSync(join(smBak, '10.0.0.1'));
            if (moves < 3) t.same(told, []);
            return null;
          },
          end: async () => undefined,
        };
      };
      await tellBySmNotify({ ...settings, start })(options);
      t.same(told, ['10.0.0.1']);
    },
  },
  3,
);
