import t from 'tap';
import { ganeshaValues } from '../../../lib/checks/ganesha-conf.ts';
import { FakeRoot } from '../node/fake-root.ts';

const TEXT = `NFS_CORE_PARAM {
  # NLM_Port = 1;
  nlm_port = 4045; MNT_Port=20048;
  Name = "x";
}
EXPORT { Export_Id = 7; }
EXPORT { Export_Id = 8; }
`;

t.test('values in the order of the file', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await ganeshaValues('NLM_Port', root.path), null);
  root.put({ 'etc/ganesha/ganesha.conf': TEXT });
  t.same(await ganeshaValues('NLM_Port', root.path), ['4045']);
  t.same(await ganeshaValues('Export_Id', root.path), ['7', '8']);
  t.same(await ganeshaValues('Port', root.path), []);
  t.same(await ganeshaValues('Name', root.path), ['x']);
});
