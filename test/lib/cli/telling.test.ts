import type { Test } from 'tap';
import type { Round } from '../../../lib/cli/storage/round.ts';
import { type TellingOptions, tell, toBeTold } from '../../../lib/cli/telling.ts';
import { RPCBIND_PORT } from '../../../lib/rpc/index.ts';
import type { Change } from '../../../lib/store/index.ts';
import { ClientHost, type ClientHostOptions } from '../../support/client-host.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { fileOf } from '../store/arbitraries.ts';

/** A client host on the port at which every host has its rpcbind: this network is ours. */
export async function host(
  t: Test,
  address: string,
  more: Partial<ClientHostOptions> = {},
): Promise<ClientHost> {
  const started = await ClientHost.start({ address, rpcbindPort: RPCBIND_PORT, ...more });
  t.teardown(() => started.stop());
  return started;
}

function roundOf(clients: readonly string[], more: Partial<Round> = {}): Round {
  const files = clients.map((client) => fileOf(client));
  return { service: 'nfs-a', stateNumber: 9, files, ledger: [], present: [], problems: [], ...more };
}

function telling(round: Round, more: Partial<TellingOptions> = {}) {
  const noted: Change[] = [];
  const progress: number[] = [];
  const done = tell(toBeTold(round), {
    ...{ round, announcements: [{ name: 'vip', source: '127.0.7.1' }], within: 10_000 },
    ...{ isOver: async () => false, interrupted: new AbortController().signal },
    note: async (changes) => noted.push(...changes),
    onProgress: (told) => progress.push(told),
    resolver: { addresses: async () => [], names: async () => [] },
    ...more,
  });
  return { done, noted, progress };
}

await inOwnNetwork(import.meta.url, {
  async 'everybody who answers is told, once, with the number'(t) {
    const one = await host(t, '127.0.9.1');
    const two = await host(t, '127.0.9.2');
    const { done, progress } = telling(roundOf(['127.0.9.2', '127.0.9.1']));
    const { end, clients, changes } = await done;
    t.equal(end, 'complete');
    t.match(clients, [
      { client: '127.0.9.1', phase: 'told', number: 9, names: { vip: 'answered' }, told: true },
      { client: '127.0.9.2', told: true },
    ]);
    t.same(progress, [1, 2]);
    t.match(
      [...one.heard, ...two.heard],
      [
        { name: 'vip', state: 9, from: '127.0.7.1' },
        { name: 'vip', state: 9 },
      ],
    );
    t.ok(changes.length > 0 || clients.length > 0);
  },

  async 'whoever does not answer is given up in time, and what is known is durable on the way'(t) {
    await host(t, '127.0.9.3');
    const { done, noted } = telling(roundOf(['127.0.9.3', '127.0.9.4']), { within: 1500 });
    const { end, clients } = await done;
    t.equal(end, 'time-over');
    t.match(clients, [
      { client: '127.0.9.3', told: true },
      { client: '127.0.9.4', told: false, phase: 'conveyed' },
    ]);
    t.ok(noted.some((change) => change.type === 'noted' && change.entry.phase === 'told'));
  },

  async 'the end of grace ends it, and nothing is sent where it is over before'(t) {
    let looks = 0;
    const over = telling(roundOf(['127.0.9.5']), {
      isOver: async () => {
        looks += 1;
        return looks > 2;
      },
    });
    t.equal((await over.done).end, 'grace-over');
    const reached = await host(t, '127.0.9.6');
    const late = telling(roundOf(['127.0.9.6']), { isOver: async () => true });
    t.match(await late.done, { end: 'grace-over', clients: [{ client: '127.0.9.6', told: false }] });
    t.equal(reached.asked, 0);
  },

  async 'so does a signal'(t) {
    const interrupted = AbortSignal.timeout(300);
    t.equal((await telling(roundOf(['127.0.9.7']), { interrupted }).done).end, 'interrupted');
  },

  async 'nobody to tell is complete; who was told and is back is nobody, and who is present is told'(t) {
    const back = {
      client: '127.0.9.8',
      phase: 'back',
      number: 7,
      names: { vip: 'answered' },
      at: 1,
    } as const;
    t.match(await telling(roundOf(['127.0.9.8'], { ledger: [back] })).done, { end: 'complete', clients: [] });
    await host(t, '127.0.9.9');
    const present = telling(roundOf(['127.0.9.9'], { present: [fileOf('127.0.9.9')] }));
    t.match(await present.done, { end: 'complete', clients: [{ phase: 'present', told: true }] });
  },

  async 'an address that is not here is a fault'(t) {
    const { done } = telling(roundOf(['127.0.9.1']), {
      announcements: [{ name: 'vip', source: '192.0.2.1' }],
    });
    await t.rejects(done, { code: 'failed', message: /192\.0\.2\.1/ });
  },
});
