import t from 'tap';
import { killAndAdopt } from '../kills/adoption.ts';
import { MODES } from '../kills/modes.ts';

for (const { capture, promise } of Object.values(MODES)) {
  t.test(`a node is killed while clients take their first locks, capture=${capture}`, async (t) => {
    const { granted, loss, kept, broken } = await killAndAdopt(capture);
    t.comment(
      `${granted} locks; ${loss.clients} not recorded, the oldest ${Math.round(loss.window)} ms before`,
    );
    t.ok(granted > 0, 'clients had locks');
    t.equal(broken, null, `lost is ${promise}`);
    t.equal(
      kept,
      granted - loss.clients,
      'whoever was recorded has its lock again, and nobody else can take it',
    );
  });
}
