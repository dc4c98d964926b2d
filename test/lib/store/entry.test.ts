import fc from 'fast-check';
import t from 'tap';
import {
  type BaseEntry,
  decodeEntry,
  encodeEntry,
  foreignHeader,
  headerOf,
} from '../../../lib/store/entry.ts';
import { decodeLine } from '../../../lib/store/line.ts';
import { change, copy, file, HOLDER, ledgerEntry, recordOf, time } from './arbitraries.ts';

const header = headerOf(
  { service: 'nfs-a', format: 'record', epoch: 7, holder: HOLDER, since: 1000 },
  2,
  2000,
);

t.test('every entry comes back as it was written', async (t) => {
  const base = fc.oneof<fc.Arbitrary<BaseEntry>[]>(
    file.map((one) => ({ type: 'current', file: one })),
    fc.oneof(file, copy).map((one) => ({ type: 'inherited', file: one })),
    ledgerEntry.map((entry) => ({ type: 'ledger', entry })),
    change.map((one) => ({ type: 'meanwhile', change: one })),
    fc
      .option(fc.integer({ min: 1, max: 0x7fff_ffff }))
      .map((stateNumber) => ({ type: 'facts', stateNumber, ended: null })),
    time.map((recoveryEnded) => ({ type: 'facts', stateNumber: 1, ended: null, recoveryEnded })),
    fc.nat().map((lockCount) => ({ type: 'facts', stateNumber: 1, ended: null, lockCount })),
    fc.boolean().map((released) => ({ type: 'facts', stateNumber: 1, ended: { at: 5, released } })),
    fc.string().map((to) => ({ type: 'facts', stateNumber: 1, ended: { at: 5, released: false, to } })),
  );
  fc.assert(
    fc.property(fc.oneof(base, change), (entry) => {
      const back = decodeEntry(decodeLine(encodeEntry(entry).slice(0, -1)));
      return JSON.stringify(back) === JSON.stringify(entry);
    }),
  );
  for (const type of ['header', 'base-complete']) t.same(decodeEntry({ type, header }), { type, header });
});

t.test('what could not have been written by this version is no entry', async (t) => {
  const captured = (record: object) =>
    decodeEntry({ type: 'captured', file: { ...file0, records: [record] } });
  const file0 = { name: 'a', modified: 1, malformed: [] };
  t.ok(captured(recordOf('192.0.2.1')));
  t.notOk(captured({ ...recordOf('192.0.2.1'), monName: 'two words' }), 'a name that would end its field');
  t.notOk(captured({ ...recordOf('192.0.2.1'), myName: 'a\nb' }), 'a name that would end its line');
  t.notOk(captured({ ...recordOf('192.0.2.1'), myName: '' }));
  t.notOk(captured({ ...recordOf('192.0.2.1'), cookie: 'zz' }));
  t.notOk(captured({ ...recordOf('192.0.2.1'), program: 0x1_0000_0000 }), 'more than eight digits');
  t.notOk(decodeEntry({ type: 'captured', file: { name: 'a', modified: 1, copy: '\u0100' } }), 'no byte');
  t.notOk(decodeEntry({ type: 'captured' }));
  for (const number of [0, -1, 1.5, 0x8000_0000, null]) t.notOk(decodeEntry({ type: 'number', number }));
  t.notOk(decodeEntry({ type: 'later', at: 1 }));
  t.notOk(decodeEntry({ type: 'header', header: { ...header, version: 2 } }));
  t.notOk(decodeEntry(null));
});

t.test('a header of another version still says which', async (t) => {
  t.ok(foreignHeader.safeParse({ type: 'header', header: { version: 9, format: 'copy', more: [] } }).success);
  t.notOk(foreignHeader.safeParse({ type: 'captured', header: { version: 9, format: 'copy' } }).success);
});
