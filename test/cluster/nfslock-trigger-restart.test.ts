import t from 'tap';
import { type Host, waitUntil } from '../../scripts/lab/index.ts';
import { keeperEvents, keeperSays } from './nfslock-scene.ts';
import { change, expectAllBack, OWN, SM_FILE, serveBeside, takeLocks } from './services-scene.ts';
import { ganeshaStarts, twoServices } from './two-services-scene.ts';

/** Waits until the record that the client's lock on one node left is in statd's own directory on the other one. */
async function inLiveDirectory(to: Host, client: string, from: Host): Promise<void> {
  const line = ` ${client} ${from.name}\n`;
  await waitUntil(`"${line}" is in sm/ of ${to.name}`, { timeout: 40, interval: 0.01 }, async () =>
    (await to.readFile(`/var/lib/nfs/sm/${client}`).catch(() => '')).includes(line),
  );
}

t.test('triggers that restart the lock manager, on a node that serves others', async (t) => {
  const triggers = { service: 'lockd-restart', neighbour: 'nfs-restart' };
  const { service, neighbour } = await twoServices(t, triggers);
  const { cluster, n1, n2, c1, c2 } = service;
  const adopted = { client: c1, at: OWN, file: 'adopted' };
  const neighbours = { client: c2, at: neighbour, file: 'neighbours' };
  const unprotected = { client: c2, at: { server: n2.name, locks: null }, file: 'unprotected' };
  const control = { client: c1, at: await serveBeside(service, 'd', n1, null), file: 'control' };

  await t.test('lockd-restart: clients of neighbour and unprotected exports are told, too', async (t) => {
    const holdings = [adopted, neighbours, unprotected];
    await takeLocks(t, service, [...holdings, control]);
    const starts = await ganeshaStarts(n2);
    await expectAllBack(t, service, { kept: holdings, lost: [control] }, n2, async () => {
      await n1.powerOff();
      await inLiveDirectory(n2, 'c1', n1);
    });
    t.equal(await ganeshaStarts(n2), starts + 1, 'NFS-Ganesha was restarted once');
    t.match(await keeperSays(n2, 'grace-opened'), { way: 'restarted' });
    const told = (await c2.events()).filter(({ event }) => event === 'sm-notify');
    t.ok(
      told.some(({ monName }) => monName === neighbour.address),
      "c2 was told by the neighbour's address",
    );
    t.ok(
      told.some(({ monName }) => monName === n2.address),
      "c2 was told by the node's own address",
    );
    const heard = await c2.host.readFile('/var/log/statd.log');
    for (const name of [neighbour.server, n2.name]) {
      t.ok(heard.includes(`SM_NOTIFY from ${name},`), `and as ${name}`);
    }
    const read = () => n2.readFile(SM_FILE);
    const explain = async () => `${await read()}\n${JSON.stringify(await keeperEvents(n2))}`;
    const file = await waitUntil('what was conveyed is taken back', { timeout: 30, explain }, async () => {
      const text = await read();
      return /c1 n1$/m.test(text) ? false : text;
    });
    t.match(file, /c1 n2$/m, "c1's own line stays");
  });

  await t.test('nfs-restart, of two services that arrive together: one restart', async (t) => {
    await c2.unlock({ server: n2.name, file: 'unprotected' });
    await c2.unlock({ server: control.at.server, file: control.file });
    await n1.powerOn();
    await cluster.waitForNodes([n1, n2]);
    await change(service, OWN, { trigger: 'nfs-restart' });
    // Both services are on n2 now, and what starts last on n1 must be warm.
    await c1.lock({ server: n1.name, file: 'warm', wait: 'grace', retryMs: 200 }, 60);
    await c1.unlock({ server: n1.name, file: 'warm' });
    const holdings = [adopted, neighbours];
    await takeLocks(t, service, [control]);
    const starts = await ganeshaStarts(n1);
    await expectAllBack(t, service, { kept: holdings, lost: [control] }, n1, async () => {
      await n2.powerOff();
      await Promise.all(['c1', 'c2'].map((client) => inLiveDirectory(n1, client, n2)));
    });
    t.equal(await ganeshaStarts(n1), starts + 1, 'NFS-Ganesha was restarted once');
  });
});
