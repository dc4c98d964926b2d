import t from 'tap';
import { killAndAdopt } from '../kills/adoption.ts';
import { MODES } from '../kills/modes.ts';

for (const [name, mode] of Object.entries(MODES)) {
  t.test(`a node is killed while clients take their first locks: ${name}`, async (t) => {
    const { granted, loss, kept, broken } = await killAndAdopt(mode);
    t.comment(
      `${granted} locks; ${loss.clients} not recorded, the oldest ${Math.round(loss.window)} ms before`,
    );
    t.ok(granted > 0, 'clients had locks');
    t.equal(broken, null, mode.promise);
    t.equal(
      kept,
      granted - loss.clients,
      'whoever was recorded has its lock again, and nobody else can take it',
    );
  });
}
