import fc from 'fast-check';
import t from 'tap';
import {
  CALLOUT_LINE_LIMIT,
  formatCalloutAnswer,
  parseCalloutRequest,
} from '../../../lib/capture/callout-line.ts';

t.test('what the callout writes', async (t) => {
  t.same(parseCalloutRequest('12-345 add-client fe80::1%eth0 node_1.example-x'), {
    ticket: '12-345',
    client: { monName: 'fe80::1%eth0', myName: 'node_1.example-x' },
  });
  t.same(parseCalloutRequest('12-345 add-client ? ?'), { ticket: '12-345', client: null });
  const ticket = `${'1'.repeat(20)}-${'2'.repeat(20)}`;
  const long = 'x'.repeat(1024);
  t.match(parseCalloutRequest(`${ticket} add-client ${'x'.repeat(255)} ${long}`), {
    client: { myName: long },
  });
  const line = `${ticket} add-client ${long} ${long}`;
  t.same(parseCalloutRequest(line), { ticket, client: null }, 'no file can have this name');
  t.ok(line.length <= CALLOUT_LINE_LIMIT);
  t.equal(formatCalloutAnswer('12-345'), '12-345 durable\n');
});

t.test('anything else is none of its lines', async (t) => {
  const refused = [
    '',
    '12-345',
    '12-345 add-client',
    '12-345 add-client a',
    '12-345 add-client a b c',
    '12-345 add-client  b',
    '12-345 add-client a ?',
    '12-345 add-client ? b',
    '12-345 del-client a b',
    '12 add-client a b',
    '-5 add-client a b',
    ' 12-345 add-client a b',
    '12-345 add-client ../a b',
    '12-345 add-client $(a) b',
    '12-345 add-client a b\n',
    '12-345 add-client \xe9 b',
    `12-345 add-client ${'x'.repeat(1025)} b`,
    `${'1'.repeat(21)}-1 add-client a b`,
  ];
  for (const line of refused) t.equal(parseCalloutRequest(line), null, line);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      const request = parseCalloutRequest(line);
      return request === null || /^[A-Za-z0-9.:_%-]+$/.test(request.client?.monName ?? 'none');
    }),
  );
});
