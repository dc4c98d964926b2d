import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Test } from 'tap';
import { type NotifyOptions, notify } from '../../../lib/cli/notify.ts';
import { bootId } from '../../../lib/node/this-node.ts';
import { readStateFile } from '../../../lib/nsm/state-file.ts';
import { RPCBIND_PORT } from '../../../lib/rpc/index.ts';
import { readStore } from '../../../lib/store/index.ts';
import { ClientHost } from '../../support/client-host.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { fileOf } from '../store/arbitraries.ts';
import { byHand, leave, SERVICE, thisHolder } from './by-hand.ts';
import { terminal } from './reports.ts';

async function host(t: Test, address: string): Promise<ClientHost> {
  const started = await ClientHost.start({ address, rpcbindPort: RPCBIND_PORT });
  t.teardown(() => started.stop());
  return started;
}

/** No lock manager runs in this network, so nobody could be told inside grace. */
function optionsOf(more: Partial<NotifyOptions>): NotifyOptions {
  return {
    ...{ sharedDir: undefined, from: undefined, addresses: ['127.0.0.1'], names: ['nfs.example.com'] },
    ...{
      statdDir: undefined,
      takeOver: false,
      again: false,
      outsideGrace: true,
      within: 10,
      json: true,
      ...more,
    },
  };
}

await inOwnNetwork(
  import.meta.url,
  {
    async 'the clients of a store are told, and the store says so'(t) {
      const { dir, statd, means } = byHand(t);
      await leave(dir, [fileOf('127.0.9.1')]);
      const client = await host(t, '127.0.9.1');
      const { written, ...streams } = terminal();
      const options = optionsOf({ sharedDir: dir, statdDir: statd.path, names: [] });
      t.equal(await notify(options, streams, means), 0);
      const said = JSON.parse(written.out);
      t.match(said, {
        service: SERVICE,
        stateNumber: 9,
        names: ['127.0.0.1'],
        end: 'complete',
        problems: [],
      });
      t.match(said.clients, [{ client: '127.0.9.1', phase: 'told', told: true, number: 9 }]);
      t.match(client.heard, [{ name: '127.0.0.1', state: 9 }]);
      t.equal(written.err, '', 'a program wants no progress');
      const state = await readStore(dir);
      t.match(state.ledger.get('127.0.9.1'), { phase: 'told', number: 9 });
      t.match(state, { stateNumber: 9, epoch: 2, ended: { released: false } });
      t.equal(state.inherited.size, 1, 'told is not back');
    },

    async 'who came to this node and had its locks released is told if that is said'(t) {
      const { dir, statd, means } = byHand(t);
      const identities = { lockManager: null, statd: null };
      await leave(dir, [fileOf('127.0.9.6')], { holder: { ...thisHolder(await bootId()), ...identities } });
      const client = await host(t, '127.0.9.6');
      const { written, ...streams } = terminal();
      const options = optionsOf({ sharedDir: dir, statdDir: statd.path });
      await t.rejects(notify(options, streams, means), { message: /^nobody is told: 1 clients/ });
      t.same(client.heard, []);
      t.equal(await notify({ ...options, again: true }, streams, means), 0);
      t.match(JSON.parse(written.out), { end: 'complete', clients: [{ client: '127.0.9.6', told: true }] });
    },

    async 'those of a statd directory; a person sees progress and a list'(t) {
      const { statd, means } = byHand(t, ['127.0.9.2']);
      const client = await host(t, '127.0.9.2');
      const { written, ...streams } = terminal();
      t.equal(await notify(optionsOf({ from: statd.path, json: false }), streams, means), 0);
      t.match(
        written.out,
        /^1 of 1 clients told as 127\.0\.0\.1, nfs\.example\.com with state number \d+: all/,
      );
      t.equal(written.err, 'lockferry: 1 of 1 clients told\n');
      t.equal(client.heard[0]?.state, await readStateFile(statd.state));
    },

    async 'a bar where a person looks'(t) {
      const { statd, means } = byHand(t, ['127.0.9.3']);
      await host(t, '127.0.9.3');
      const { stdout } = terminal();
      const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
      t.equal(await notify(optionsOf({ from: statd.path, json: false }), { stdout, stderr }, means), 0);
      t.match(String(stderr.read()), /#{30} 1 of 1 clients told/);
    },

    async 'a signal ends it with what is known'(t) {
      const { dir, statd, means, signals } = byHand(t);
      await leave(dir, [fileOf('127.0.9.4')]);
      const { written, ...streams } = terminal();
      const done = notify(optionsOf({ sharedDir: dir, statdDir: statd.path }), streams, means);
      const signal = setInterval(() => signals.emit('SIGINT'), 50);
      t.equal(await done, 1);
      clearInterval(signal);
      t.match(JSON.parse(written.out), { end: 'interrupted', clients: [{ told: false }] });
      t.ok((await readStore(dir)).ended);
    },

    async 'storage that fails meanwhile keeps nobody from being told'(t) {
      const { root } = byHand(t);
      const round = `{ service: 'nfs-a', stateNumber: 9, ledger: [], present: [], problems: [],
        files: [${JSON.stringify(fileOf('127.0.9.5'))}] }`;
      const storage = (name: string, answer: string) => {
        const program = join(root, name);
        return {
          program,
          text: `process.send('started'); process.on('message', ({ id, task }) => process.send(${answer}));`,
        };
      };
      const fails = storage(
        'fails.cjs',
        `task === 'beginRound' ? { id, value: ${round}, fault: null } :
          { id, value: null, fault: { code: 'failed', message: 'no space left', facts: {} } }`,
      );
      const taken = storage(
        'taken.cjs',
        `{ id, value: task === 'beginRound' ? ${round} : task !== 'endRound', fault: null }`,
      );
      const { writeFileSync } = await import('node:fs');
      for (const { program, text } of [fails, taken]) writeFileSync(program, text);
      const client = await host(t, '127.0.9.5');
      for (const [{ program }, problem] of [
        [fails, 'no space left'],
        [taken, 'the lock store was taken by somebody else meanwhile'],
      ] as const) {
        const { written, ...streams } = terminal();
        const means = { storage: program, signals: process };
        t.equal(await notify(optionsOf({ sharedDir: '/srv/x' }), streams, means), 1);
        t.match(JSON.parse(written.out), { end: 'complete', problems: [problem] });
      }
      t.ok(client.heard.length >= 2);
    },

    async 'refused: no address here, no lock manager, no store'(t) {
      const { root, dir, statd, means } = byHand(t);
      const { written, ...streams } = terminal();
      const refused = (more: Partial<NotifyOptions>) =>
        notify(optionsOf({ sharedDir: dir, statdDir: statd.path, ...more }), streams, means);
      await t.rejects(refused({ addresses: ['192.0.2.1'] }), {
        message: /does not have address 192\.0\.2\.1/,
      });
      await t.rejects(refused({ outsideGrace: false }), { message: 'no lock manager runs on this node' });
      await t.rejects(refused({}), { message: /says whose it is/ });
      await t.rejects(refused({ from: root, sharedDir: undefined }), { message: /it has no sm\// });
      t.equal(written.out, '');
    },
  },
  1,
);
