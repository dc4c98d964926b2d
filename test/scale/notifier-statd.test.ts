import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { FLOATING, NODE, Room } from './notifier/room.ts';
import type { Plan, Told } from './notifier/tell.ts';

// The notifier against the real rpcbind and rpc.statd, with records that statd was asked to monitor.

const program = (name: string): string => fileURLToPath(new URL(`./notifier/${name}.js`, import.meta.url));

const room = await Room.open();
t.teardown(() => room.close());

async function tell(plan: Partial<Plan>): Promise<Told> {
  const whole: Plan = {
    parts: [{ addresses: ['10.77.0.1'] }],
    announcements: [{ name: FLOATING, source: FLOATING }],
    state: 7,
    wanted: 1,
    seconds: 15,
    ...plan,
  };
  const { out } = await room.server.run([process.execPath, program('tell'), JSON.stringify(whole)]);
  return JSON.parse(out);
}

t.test('statd answers over UDP, IPv6, and TCP where UDP is dropped', async (t) => {
  const { told, tcp } = await tell({});
  t.strictSame({ told, tcp }, { told: 1, tcp: 0 });
  const six = await tell({
    parts: [{ addresses: ['fd77::9'] }],
    announcements: [{ name: 'fd66::100', source: 'fd66::100' }],
  });
  t.equal(six.told, 1);
  const overTcp = await tell({ parts: [{ addresses: ['10.77.200.1'] }] });
  t.strictSame([overTcp.told, overTcp.tcp, overTcp.received], [1, 1, 0]);
});

t.test('which messages reach the lock manager', async (t) => {
  const [nsenter = '', ...args] = room.clients.command([process.execPath, program('lock-client'), FLOATING]);
  const lockClient = spawn(nsenter, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => lockClient.kill());
  const said: Record<string, unknown>[] = [];
  createInterface(lockClient.stdout).on('line', (line) => said.push(JSON.parse(line)));
  const until = async (count: number): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (said.length < count && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
    t.equal(said.length, count);
  };
  await until(1);
  t.strictSame(said.shift(), { monitored: FLOATING, result: 0 });
  const announce = (name: string, source: string, state: number): Promise<Told> =>
    tell({ announcements: [{ name, source }], state });
  await announce(FLOATING, FLOATING, 7);
  await until(1);
  t.equal((await announce(FLOATING, FLOATING, 7)).told, 1, 'the same number is answered, and ignored');
  await announce(FLOATING, FLOATING, 9);
  await until(2);
  await announce('nonsense.example.test', FLOATING, 11);
  await until(3);
  t.equal((await announce('nonsense.example.test', NODE, 13)).told, 1, 'neither name nor source: ignored');
  await announce(FLOATING, NODE, 15);
  await until(4);
  t.strictSame(
    said.map(({ name, state }) => `${name} ${state}`),
    [7, 9, 11, 15].map((state) => `${FLOATING} ${state}`),
  );
});
