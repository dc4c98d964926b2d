import { chown, stat } from 'node:fs/promises';
import t from 'tap';
import type { NfsService } from '../../scripts/lab/index.ts';
import {
  expectSurvival,
  NFSLOCK,
  recorded,
  serviceFor,
  setParameter,
  store,
  takeLock,
} from './nfslock-scene.ts';

const CONVEYED = `/run/lockferry/services/${NFSLOCK}/statd/sm/c1`;

/** statd's file of client 1 on the first node, byte for byte. */
const written = ({ n1 }: NfsService) => n1.readFile('/var/lib/nfs/sm/c1');

/** A statd that writes capital digits would be read all the same; only a copy keeps them. */
async function inCapitals(service: NfsService): Promise<string> {
  const { n1 } = service;
  const path = '/var/lib/nfs/sm/c1';
  const text = (await written(service)).replace('0100007f', '0100007F');
  const { uid, gid } = await stat(n1.path(path));
  await n1.writeFile(path, text, 0o600);
  await chown(n1.path(path), uid, gid);
  return text;
}

t.test('record_format=copy: the node is killed, and its files are conveyed byte for byte', async (t) => {
  const service = await serviceFor(t, { parameters: { record_format: 'copy' } });
  await takeLock(t, service, 'copy');
  t.equal((await recorded(service)).format, 'copy');
  const text = await inCapitals(service);
  await recorded(service, ({ copy }) => copy === text);
  await expectSurvival(t, service, 'copy', service.n2, () => service.n1.powerOff());
  t.match(text, /^0100007F /);
  t.equal(await service.n2.readFile(CONVEYED), text, "what was conveyed is statd's file");
});

t.test(
  'record_format=record: the node is killed, and its files are made again of their records',
  async (t) => {
    const service = await serviceFor(t, {});
    await takeLock(t, service, 'record');
    t.equal((await recorded(service)).format, 'record');
    const text = await written(service);
    await inCapitals(service);
    await expectSurvival(t, service, 'record', service.n2, () => service.n1.powerOff());
    t.equal(await service.n2.readFile(CONVEYED), text, 'as statd writes them');
  },
);

t.test('the node is killed while its lock store goes over to copies', async (t) => {
  const service = await serviceFor(t, {});
  await takeLock(t, service, 'between');
  await recorded(service);
  const text = await written(service);
  await expectSurvival(t, service, 'between', service.n2, async () => {
    await setParameter(service, 'record_format', 'copy');
    await service.n1.powerOff();
  });
  t.equal((await store(service)).format, 'copy', 'the other node needs nobody to finish that');
  t.equal(await service.n2.readFile(CONVEYED), text);
});
