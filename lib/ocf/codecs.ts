import * as z from 'zod/mini';

/** One of these words, as they are written. */
export function oneOf<const W extends readonly string[]>(words: W): z.ZodMiniType<W[number], string> {
  return z.pipe(z.string(), z.enum(words));
}

/** A switch, in the words that ocf-shellfuncs' ocf_is_true takes, and their opposites, in any case. */
export const flag: z.ZodMiniType<boolean, string> = z.pipe(
  z.string().check(z.regex(/^(yes|true|1|ja|on|no|false|0|nein|off)$/i)),
  z.transform((text: string) => /^(yes|true|1|ja|on)$/i.test(text)),
);

/**
 * A directory: absolute, without `..` and control characters; given back without doubled or final slashes. Where it
 * leads is not looked at: parameters are judged on nodes that will never see it.
 */
export const directory: z.ZodMiniType<string, string> = z.pipe(
  z.string().check(
    z.regex(/^\//),
    z.refine((path: string) => !/\p{Cc}/u.test(path) && !path.split('/').includes('..')),
    z.refine((path: string) => /[^/.]/.test(path)),
  ),
  z.transform((path: string) => `/${path.split('/').filter(isStep).join('/')}`),
);

/** A program by its absolute path and its arguments, separated by blanks, as a list; none for the empty text. No quoting. */
export const command: z.ZodMiniType<string[], string> = z.pipe(
  z.string().check(z.regex(/^ *(\/[!-~]+( +[!-~]+)* *)?$/)),
  z.transform((text: string) => text.split(' ').filter((word) => word !== '')),
);

/** What the schema gives, or null for the empty text. */
export function orNone<T>(schema: z.ZodMiniType<T, string>): z.ZodMiniType<T | null, string> {
  const none = z.pipe(
    z.literal(''),
    z.transform(() => null),
  );
  return z.union([none, schema]);
}

/** A list, separated by commas or blanks, each item once. */
export function listOf<T>(item: z.ZodMiniType<T, string>): z.ZodMiniType<T[], string> {
  return z.pipe(
    z.pipe(
      z.string(),
      z.transform((text: string) => text.split(/[,\s]+/).filter((word) => word !== '')),
    ),
    z.pipe(
      z.array(item),
      z.transform((items: T[]) => [...new Set(items)]),
    ),
  );
}

/** A whole number in this range, in decimal digits. */
export function numberFrom(least: number, most: number): z.ZodMiniType<number, string> {
  return z.pipe(
    z.pipe(
      z.string().check(z.regex(/^\d{1,15}$/)),
      z.transform((text: string) => Number(text)),
    ),
    z.int().check(z.gte(least), z.lte(most)),
  );
}

/** The same list, refused where it is empty. */
export function atLeastOne<T>(list: z.ZodMiniType<T[], string>): z.ZodMiniType<T[], string> {
  return list.check(z.refine((items: T[]) => items.length > 0));
}

function isStep(step: string): boolean {
  return step !== '' && step !== '.';
}
