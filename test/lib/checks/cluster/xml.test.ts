import t from 'tap';
import { childrenOf, descendants, parsedXml } from '../../../../lib/checks/cluster/xml.ts';

t.test('elements are found, text between them is passed over', (t) => {
  const top = parsedXml('<?xml version="1.0"?><a>text<b id="1"><b id="2&amp;"/></b><c/></a>', 'it');
  t.same(
    descendants(top, 'b').map(({ attributes }) => attributes.id),
    ['1', '2&'],
  );
  t.same(
    childrenOf(top).map(({ name }) => name),
    ['b', 'c'],
  );
  t.same(
    childrenOf(top, 'c').map(({ name }) => name),
    ['c'],
  );
  t.end();
});

t.test('what is no XML is refused, and who printed it is named', (t) => {
  for (const text of ['', 'crm_resource: no such agent', '<a>', '<a/><b/>']) {
    t.throws(() => parsedXml(text, 'cibadmin'), {
      code: 'malformed',
      message: /^what cibadmin printed is no XML/,
    });
  }
  t.end();
});
