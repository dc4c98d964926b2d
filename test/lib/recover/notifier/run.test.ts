import { createSocket } from 'node:dgram';
import t, { type Test } from 'tap';
import type { Resolver } from '../../../../lib/node/resolver.ts';
import { systemClock } from '../../../../lib/recover/notifier/clock.ts';
import {
  type Clock,
  type NotifyOptions,
  type NotifyResult,
  type NotifySummary,
  type NotifyTarget,
  notifyClients,
} from '../../../../lib/recover/notifier/index.ts';
import { ClientHost, type ClientHostOptions } from '../../../support/client-host.ts';

const rpcbindPort = 10241;
const SPEED = 20;
/** Twenty times as fast as time is, so that no test waits long for a second try. */
const fastClock: Clock = {
  now: () => performance.now() * SPEED,
  after(milliseconds, call) {
    if (milliseconds <= 0) {
      const immediate = setImmediate(call);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(call, milliseconds / SPEED);
    return () => clearTimeout(timer);
  },
};

const nobody: Resolver = { addresses: async () => [], names: async () => [] };
const vip = { name: 'vip', source: '127.0.7.1' };

function target(address: string, more: Partial<NotifyTarget> = {}): NotifyTarget {
  return { client: address, addresses: [address], hostNames: [], ...more };
}

async function start(
  t: Test,
  address: string,
  options: Partial<ClientHostOptions> = {},
): Promise<ClientHost> {
  const host = await ClientHost.start({ address, rpcbindPort, ...options });
  t.teardown(() => host.stop());
  return host;
}

/** A run of the notifier: what it reports, and how to end it. */
function tell(
  targets: Iterable<NotifyTarget>,
  options: Partial<NotifyOptions> = {},
): {
  results: NotifyResult[];
  clients: string[];
  done: Promise<NotifySummary>;
  stop(): void;
  /** Waits until something is reported. */
  until(what: (result: NotifyResult) => boolean): Promise<NotifyResult>;
} {
  const stop = new AbortController();
  const results: NotifyResult[] = [];
  const clients: string[] = [];
  const done = notifyClients({
    targets,
    announcements: [vip],
    stateNumber: 7,
    sourcePort: 0,
    signal: stop.signal,
    onResult: (result) => results.push(result),
    onClient: (client, outcome) => clients.push(`${client} ${outcome}`),
    resolver: nobody,
    clock: fastClock,
    rpcbindPort,
    ...options,
  });
  return {
    results,
    clients,
    done,
    stop: () => stop.abort(),
    async until(what) {
      const deadline = Date.now() + 20_000;
      while (Date.now() < deadline) {
        const found = results.find(what);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error('never reported');
    },
  };
}

const outcomes = (results: readonly NotifyResult[]): string[] => results.map(({ outcome }) => outcome);

t.test('every client answers every name, each of which came from its own address', async (t) => {
  const announcements = [vip, { name: 'nfs.example.test', source: '127.0.7.2' }];
  const hosts = [await start(t, '127.11.0.1'), await start(t, '127.11.0.2')];
  // On the real clock: a fast one would take a slow start of this process for lost packets.
  const run = tell([target('127.11.0.1'), target('127.11.0.2')], { announcements, clock: systemClock });
  const summary = await run.done;
  t.match(summary, { clients: 2, told: 2, sent: 6, received: 6, tcp: 0, outcomes: { answered: 2 } });
  for (const host of hosts) {
    t.equal(host.asked, 1);
    t.strictSame(
      host.heard.map(({ name, state, transport, from }) => `${name} ${state} ${transport} ${from}`).sort(),
      ['nfs.example.test 7 udp 127.0.7.2', 'vip 7 udp 127.0.7.1'],
    );
    t.ok(host.heard.every(({ fromPort }) => fromPort >= 512 && fromPort < 1024));
  }
  t.equal(run.results.length, 4);
  t.match(run.results[0], { outcome: 'answered', attempts: 1, transport: 'udp' });
  t.strictSame(run.clients.sort(), ['127.11.0.1 answered', '127.11.0.2 answered']);
});

t.test('IPv6', async (t) => {
  const host = await start(t, '::1');
  const run = tell([target('::1')], {
    announcements: [{ name: 'vip6', source: '::1' }],
  });
  t.match(await run.done, { told: 1 });
  t.match(host.heard, [{ name: 'vip6', state: 7, from: '::1' }]);
});

t.test('a fixed source port', async (t) => {
  const host = await start(t, '127.11.1.1');
  await tell([target('127.11.1.1')], { sourcePort: 787 }).done;
  t.equal(host.heard[0]?.fromPort, 787);
});

t.test('a client whose host comes back is told', async (t) => {
  const run = tell([target('127.11.2.1')]);
  t.match(await run.until(({ outcome }) => outcome === 'unanswered'), {
    attempts: 1,
    address: '127.11.2.1',
    transport: 'udp',
  });
  const host = await start(t, '127.11.2.1');
  t.match(await run.done, { told: 1, outcomes: { answered: 1, unanswered: 0, refused: 0 } });
  t.equal(host.heard.length, 1);
  t.equal(run.results.at(-1)?.outcome, 'answered');
  t.ok((run.results.at(-1)?.attempts ?? 0) > 1);
});

t.test('statd is not registered yet', async (t) => {
  const host = await start(t, '127.11.3.1', { statd: [] });
  const run = tell([target('127.11.3.1')]);
  await run.until(({ outcome }) => outcome === 'unregistered');
  host.statd = ['udp'];
  await run.done;
  t.strictSame(outcomes(run.results), ['unregistered', 'answered']);
});

t.test('statd is registered for TCP only', async (t) => {
  const host = await start(t, '127.11.4.1', { statd: ['tcp'] });
  const run = tell([target('127.11.4.1')]);
  t.match(await run.done, { told: 1, tcp: 1 });
  // A busy machine may take its time to say over UDP that there is only TCP.
  t.match(run.results.at(-1), { outcome: 'answered', transport: 'tcp' });
  t.match(host.heard, [{ transport: 'tcp', from: '127.0.7.1' }]);
  t.ok((host.heard[0]?.fromPort ?? 9999) < 1024);
});

t.test('UDP does not get through, TCP does', async (t) => {
  const host = await start(t, '127.11.5.1', { statd: ['udp', 'tcp'], rpcbind: ['tcp'] });
  const run = tell([target('127.11.5.1')], { sourcePort: 788 });
  t.match(await run.done, { told: 1 });
  t.strictSame(outcomes(run.results), ['unanswered', 'answered']);
  t.match(host.heard, [{ transport: 'tcp', fromPort: 788 }]);
});

t.test('TCP finds out more than UDP', async (t) => {
  await start(t, '127.11.6.1', { statd: [], rpcbind: ['tcp'] });
  const run = tell([target('127.11.6.1'), target('127.11.6.2')]);
  await run.until(({ client, outcome }) => client === '127.11.6.1' && outcome === 'unregistered');
  await run.until(({ client, outcome }) => client === '127.11.6.2' && outcome === 'refused');
  run.stop();
  t.match(await run.done, { told: 0, outcomes: { unregistered: 1, refused: 1 } });
});

t.test('a silent rpcbind over TCP says nothing new', async (t) => {
  await start(t, '127.11.7.1', { rpcbind: ['tcp'], answer: () => [] });
  const run = tell([target('127.11.7.1')]);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  run.stop();
  t.match(await run.done, { told: 0, outcomes: { unanswered: 1 } });
  t.strictSame(outcomes(run.results), ['unanswered']);
});

t.test('a refusal, rubbish, an answer that comes twice', async (t) => {
  let answers = 0;
  const answer = (reply: Buffer, about: string): Buffer[] => {
    if (about === 'port') return [reply];
    answers += 1;
    const refusal = Buffer.from(reply);
    refusal.writeUInt32BE(1, 20);
    const foreign = Buffer.from(reply);
    foreign.writeUInt32BE((reply.readUInt32BE() ^ 0x5a5a5a5a) >>> 0);
    if (answers === 1) return [Buffer.from('x'), Buffer.alloc(0), foreign, reply.subarray(0, 9), refusal];
    return [reply, reply];
  };
  await start(t, '127.11.8.1', { answer });
  const silent = await start(t, '127.11.8.2', {
    answer: (reply, about) => (about === 'port' ? [reply] : []),
  });
  const run = tell([target('127.11.8.1'), target('127.11.8.2')]);
  await run.until(({ outcome }) => outcome === 'answered');
  run.stop();
  await run.done;
  t.strictSame(outcomes(run.results.filter(({ client }) => client === '127.11.8.1')), [
    'refused',
    'answered',
  ]);
  t.ok(silent.heard.length > 0);
});

t.test('later tries come from the other addresses in turn', async (t) => {
  const announcements = ['127.0.7.1', '127.0.7.2'].map((source) => ({ name: `of-${source}`, source }));
  const host = await start(t, '127.11.9.1', {
    rpcbind: ['udp'],
    answer: (reply, about) => (about === 'port' ? [reply] : []),
  });
  const run = tell([target('127.11.9.1')], { announcements });
  const deadline = Date.now() + 10_000;
  while (host.heard.filter(({ transport }) => transport === 'udp').length < 6 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  run.stop();
  await run.done;
  const froms = (name: string): string[] =>
    host.heard.filter((heard) => heard.name === name && heard.transport === 'udp').map(({ from }) => from);
  t.strictSame(froms('of-127.0.7.1').slice(0, 3), ['127.0.7.1', '127.0.7.2', '127.0.7.1']);
  t.strictSame(froms('of-127.0.7.2').slice(0, 3), ['127.0.7.2', '127.0.7.1', '127.0.7.2']);
});

t.test('the next address is tried, then what the host name stands for', async (t) => {
  await start(t, '127.11.10.2');
  await start(t, '127.11.10.3');
  const asked: string[] = [];
  const resolver: Resolver = {
    ...nobody,
    async addresses(name, families) {
      asked.push(`${name} ${families.join()}`);
      return name === 'known.test' ? ['127.11.10.3', '127.11.10.3'] : [];
    },
  };
  const run = tell(
    [
      { client: 'two', addresses: ['127.11.10.1', '127.11.10.2'], hostNames: [] },
      { client: 'named', addresses: [], hostNames: ['other.test', 'known.test'] },
      { client: 'moved', addresses: ['127.11.10.1'], hostNames: ['known.test'] },
    ],
    { resolver },
  );
  t.match(await run.done, { told: 3 });
  const told = (id: string) =>
    run.results.find(({ client, outcome }) => client === id && outcome === 'answered');
  t.equal(told('two')?.address, '127.11.10.2');
  t.match(told('named'), { address: '127.11.10.3', attempts: 1 });
  t.equal(told('moved')?.address, '127.11.10.3');
  t.ok(asked.includes('known.test 4'));
});

t.test('a name that nobody knows is looked up again', async (t) => {
  await start(t, '127.11.11.1');
  let times = 0;
  const resolver: Resolver = {
    ...nobody,
    async addresses() {
      times += 1;
      return times < 3 ? [] : ['127.11.11.1'];
    },
  };
  const run = tell([{ client: 'c', addresses: [], hostNames: ['c.test'] }], { resolver });
  t.match(await run.done, { told: 1 });
  t.strictSame(outcomes(run.results), ['unresolved', 'answered']);
  t.match(run.results[0], { address: null, transport: null });
});

t.test('an answer that comes twice counts once', async (t) => {
  await start(t, '127.11.14.1', { answer: (reply) => [reply, reply] });
  const run = tell([target('127.11.14.1')], { announcements: [vip, { ...vip, name: 'name' }] });
  t.match(await run.done, { told: 1, outcomes: { answered: 1 } });
  t.strictSame(run.results.map(({ name, outcome }) => `${name} ${outcome}`).sort(), [
    'name answered',
    'vip answered',
  ]);
  t.strictSame(run.clients, ['127.11.14.1 answered']);
});

t.test('where there is no way', async (t) => {
  const run = tell([
    target('fd00::1'),
    { client: 'nowhere', addresses: [], hostNames: [] },
    target('192.0.2.1'),
  ]);
  await run.until(({ client, outcome }) => client === '192.0.2.1' && outcome === 'unreachable');
  run.stop();
  t.match(await run.done, { told: 0, outcomes: { unreachable: 2, unresolved: 1 } });
});

t.test(
  'an answer that is very late is an answer, and what waits for its turn then is not sent',
  async (t) => {
    const late: Buffer[] = [];
    const host = await start(t, '127.11.12.1', {
      rpcbind: ['udp'],
      answer(reply, about) {
        if (about === 'port') return [reply, ...late];
        late.push(reply);
        return [];
      },
    });
    const run = tell([target('127.11.12.1'), target('127.11.12.2')]);
    t.ok((await run.until(({ outcome }) => outcome === 'answered')).attempts > 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    run.stop();
    t.match(await run.done, { told: 1 });
    t.equal(host.heard.length, 1);
  },
);

t.test('rpcbind that answers twice is told once', async (t) => {
  const host = await start(t, '127.11.13.1', {
    answer: (reply, about) => (about === 'port' ? [reply, reply] : [reply]),
  });
  await tell([target('127.11.13.1')]).done;
  t.equal(host.heard.length, 1);
});

t.test('a thousand clients, one host for all of them', async (t) => {
  await start(t, '0.0.0.0');
  const many = function* (): Generator<NotifyTarget> {
    for (let n = 0; n < 1000; n += 1) yield target(`127.12.${n >> 8}.${n & 255}`);
  };
  t.match(await tell(many(), { clock: systemClock }).done, { clients: 1000, told: 1000 });
});

t.test('thousands that do not answer: only so many wait for TCP', async (t) => {
  let asked = 0;
  let first256: () => void;
  const enough = new Promise<void>((resolve) => {
    first256 = resolve;
  });
  await start(t, '0.0.0.0', {
    rpcbind: ['tcp'],
    answer(_reply, _about, transport) {
      if (transport === 'tcp') asked += 1;
      if (asked === 256) first256();
      return [];
    },
  });
  const many = Array.from({ length: 1500 }, (_, n) => target(`127.16.${n >> 8}.${n & 255}`));
  const began = performance.now();
  const run = tell(many);
  await enough;
  run.stop();
  const summary = await run.done;
  t.match(summary, { clients: 1500, told: 0 });
  // A conversation that nobody answers lasts one and a half seconds.
  const most = 256 * (1 + Math.floor((performance.now() - began) / 1500));
  t.ok(summary.tcp >= 256 && summary.tcp <= most, `${summary.tcp}, at most ${most}`);
});

t.test('nobody to tell; a signal that came before', async (t) => {
  const none = { clients: 0, told: 0, sent: 0, received: 0, tcp: 0 };
  t.match(await tell([]).done, none);
  t.match(await tell([target('127.11.14.1')], { signal: AbortSignal.abort() }).done, none);
});

t.test('an address that cannot be bound, a name that cannot be sent', async (t) => {
  const foreign = [{ name: 'vip', source: '192.0.2.77' }];
  await t.rejects(tell([], { announcements: foreign, sourcePort: 789 }).done, {
    code: 'failed',
    facts: { subject: '192.0.2.77 port 789' },
  });
  const hostile = [{ name: 'a b', source: '127.0.7.1' }];
  await t.rejects(tell([], { announcements: hostile, sourcePort: 789 }).done, { code: 'bad-parameter' });
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(789, '127.0.7.1', resolve));
  socket.close();
  t.pass('nothing stays bound');
});

t.test(
  'at most 256 conversations over TCP: whoever was told meanwhile, or comes too late, has none',
  async (t) => {
    let drops = 4;
    await start(t, '127.14.0.1', {
      rpcbind: ['udp'],
      answer: (reply, about) => (about === 'port' && drops-- > 0 ? [] : [reply]),
    });
    await start(t, '0.0.0.0', { rpcbind: ['tcp'], answer: () => [] });
    const many = Array.from({ length: 299 }, (_, n) => target(`127.13.${n >> 8}.${n & 255}`));
    const run = tell([...many, target('127.14.0.1')]);
    await run.until(({ outcome }) => outcome === 'answered');
    await new Promise((resolve) => setTimeout(resolve, 1700));
    run.stop();
    const summary = await run.done;
    t.match(summary, { clients: 300, told: 1 });
    t.ok(summary.tcp >= 256, String(summary.tcp));
  },
);

t.test(
  'at most 256 look-ups: whoever was told meanwhile is not looked up, nor anybody after the end',
  async (t) => {
    await start(t, '127.11.15.1', { rpcbind: ['udp'], answer: dropFirst(2) });
    let looked = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const resolver: Resolver = {
      ...nobody,
      async addresses() {
        looked += 1;
        await released;
        return [];
      },
    };
    const many = Array.from({ length: 300 }, (_, n) => ({
      client: `c${n}`,
      addresses: [],
      hostNames: ['c.test'],
    }));
    const run = tell([...many, target('127.11.15.1', { hostNames: ['d.test'] })], { resolver });
    await run.until(({ outcome }) => outcome === 'answered');
    t.equal(looked, 256);
    run.stop();
    t.match(await run.done, { told: 1, outcomes: { unanswered: 300 } });
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    t.equal(looked, 256);
  },
);

/** Swallows the first few questions for a port. */
function dropFirst(count: number): (reply: Buffer, about: string) => Buffer[] {
  let left = count;
  return (reply, about) => {
    if (about !== 'port' || left === 0) return [reply];
    left -= 1;
    return [];
  };
}
