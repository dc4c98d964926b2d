import t from 'tap';
import { Html, html } from '../../../../lib/cli/report/html.ts';

t.test('text is escaped, and markup is not', async (t) => {
  const text = `<a href="x">'&'</a>`;
  const list = [html`<li>${text}</li>`, html`<li>${1}</li>`];
  t.equal(
    html`<ul title="${text}">${list}</ul>${new Html('<hr>')}`.markup,
    '<ul title="&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;">' +
      '<li>&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;</li><li>1</li></ul><hr>',
  );
});
