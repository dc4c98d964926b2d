import t from 'tap';
import { type CalloutRecorder, recordCalled } from '../../../lib/capture/callout-record.ts';
import { EXAMINER } from '../../../lib/nsm/examiner.ts';
import type { StoredFile } from '../../../lib/store/index.ts';
import { fileOf } from '../store/arbitraries.ts';

/** A store into which each capture brings the next of these files, if there is one. */
function recorder(captures: (StoredFile | null)[] = [], owner = true) {
  const current = new Map<string, StoredFile>();
  const did: string[] = [];
  const effects: CalloutRecorder = {
    current: () => current,
    async capture(names) {
      did.push(names === null ? 'capture all' : 'capture');
      const file = captures.shift();
      if (file) current.set(file.name, file);
    },
    async put(file, anew) {
      did.push(`put ${file.name} for ${anew.records.map(({ myName }) => myName)}`);
      current.set(file.name, file);
    },
    async isOwner() {
      did.push('owner?');
      return owner;
    },
    unseen: ({ monName }) => did.push(`unseen ${monName}`),
  };
  return { effects, did, current };
}

const [record] = fileOf('10.0.0.1').records;
const CLIENT = { monName: '10.0.0.1', myName: String(record?.myName) };

t.test('the file that statd has written is captured, then ownership is asked', async (t) => {
  const { effects, did } = recorder([fileOf('10.0.0.1')]);
  t.equal(await recordCalled([CLIENT], effects), true);
  t.same(did, ['capture', 'owner?']);
});

t.test('it may have any name', async (t) => {
  const { effects, did, current } = recorder([{ ...fileOf('10.0.0.1'), name: 'one.example.test' }]);
  current.set('two', fileOf('two'));
  t.equal(await recordCalled([CLIENT], effects), true);
  t.same(did, ['capture', 'owner?']);
});

t.test('what the watch has not told of is looked for', async (t) => {
  const { effects, did } = recorder([null, fileOf('10.0.0.1')]);
  t.equal(await recordCalled([CLIENT], effects), true);
  t.same(did, ['capture', 'capture all', 'owner?']);
});

t.test('without a file its names are recorded, beside what is there', async (t) => {
  const { effects, did, current } = recorder();
  const other = { ...fileOf('10.0.0.1'), records: [{ ...record, myName: 'other' }] } as StoredFile;
  current.set('10.0.0.1', other);
  t.equal(await recordCalled([CLIENT, { ...CLIENT, monName: 'new' }], effects), true);
  const mine = CLIENT.myName;
  const unseen = ['unseen 10.0.0.1', `put 10.0.0.1 for ${mine}`, 'unseen new', `put new for ${mine}`];
  t.same(did, ['capture', 'capture all', ...unseen, 'owner?']);
  t.same(
    current.get('10.0.0.1')?.records.map(({ myName }) => myName),
    ['other', CLIENT.myName],
  );
  t.match(current.get('new'), {
    name: 'new',
    malformed: [],
    records: [{ program: 100021, procedure: 16, monName: 'new', myName: CLIENT.myName }],
  });
});

t.test('without a name everything is looked at', async (t) => {
  const { effects, did } = recorder();
  t.equal(await recordCalled([], effects), true);
  t.same(did, ['capture all', 'owner?']);
});

t.test('a store that was lost acknowledges nothing', async (t) => {
  const { effects } = recorder([fileOf('10.0.0.1')], false);
  t.equal(await recordCalled([CLIENT], effects), false);
});

t.test('for doctor nothing is recorded, and it is answered', async (t) => {
  const { effects, did, current } = recorder();
  t.equal(await recordCalled([{ monName: 'localhost', myName: EXAMINER }], effects), true);
  t.same(did, ['capture', 'owner?']);
  t.same([...current], []);
});
