import t from 'tap';
import * as z from 'zod/mini';
import { atLeastOne, directory, listOf, oneOf } from '../../../lib/ocf/codecs.ts';
import { givenParameters, parseParameters, unknownParameters } from '../../../lib/ocf/parameter.ts';

const about = { shortdesc: '', longdesc: '', type: 'string' } as const;
const parameters = {
  dir: { ...about, wanted: 'a path', default: null, schema: directory },
  words: { ...about, wanted: 'a or b', default: 'a', schema: listOf(oneOf(['a', 'b'])) },
  odd: {
    ...about,
    wanted: 'an odd number of letters',
    default: 'x',
    schema: z.string().check(z.refine((text: string) => text.length % 2 === 1)),
  },
};

t.test('values are typed, and defaults fill in for what is unset or empty', async (t) => {
  t.same(parseParameters(parameters, { OCF_RESKEY_dir: '/a/', OCF_RESKEY_words: 'b a' }), {
    dir: '/a',
    words: ['b', 'a'],
    odd: 'x',
  });
  t.same(parseParameters(parameters, { OCF_RESKEY_dir: '/a', OCF_RESKEY_words: '' }).words, ['a']);
});

t.test('what is given stands as it is, with nothing filled in', async (t) => {
  const env = { OCF_RESKEY_dir: '/a/', OCF_RESKEY_words: 'c', OCF_RESKEY_other: 'x' };
  t.same(givenParameters(parameters, env), { dir: '/a/', words: 'c', odd: '' });
});

t.test('a fault names parameter, value and what is wanted', async (t) => {
  const fault = (found: string, name = 'dir', wanted = 'a path') => ({
    code: 'bad-parameter',
    message: `parameter ${name}`,
    facts: { subject: name, found, wanted },
  });
  t.throws(() => parseParameters(parameters, {}), fault('nothing'));
  t.throws(() => parseParameters(parameters, { OCF_RESKEY_dir: '' }), fault('an empty value'));
  t.throws(() => parseParameters(parameters, { OCF_RESKEY_dir: 'a' }), fault('"a"'));
  const withDir = { OCF_RESKEY_dir: '/a' };
  t.throws(
    () => parseParameters(parameters, { ...withDir, OCF_RESKEY_words: 'a,c,d' }),
    fault('"c"', 'words', 'a or b'),
    'only the wrong item is named',
  );
  t.throws(
    () => parseParameters(parameters, { ...withDir, OCF_RESKEY_odd: 'no' }),
    fault('"no"', 'odd', 'an odd number of letters'),
  );
  const list = { ...about, wanted: 'words', default: 'a', schema: atLeastOne(listOf(oneOf(['a']))) };
  t.throws(
    () => parseParameters({ list }, { OCF_RESKEY_list: ' , ' }),
    fault('" , "', 'list', 'words'),
    'of a list that is wrong as a whole, the text',
  );
});

t.test('parameters that nobody reads are told apart from those of the cluster itself', async (t) => {
  const env = {
    PATH: '/bin',
    OCF_RESKEY_dir: '/a',
    OCF_RESKEY_dri: '/a',
    OCF_RESKEY_crm_feature_set: '3.16',
    OCF_RESKEY_CRM_meta_timeout: '1',
    OCF_RESKEY_trace_ra: '1',
  };
  t.same(unknownParameters(parameters, env), ['dri']);
});
