import * as z from 'zod/mini';

const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';

/**
 * A host name as DNS and /etc/hosts know it (RFC 1123, and the underscore that many use), without the final dot. Its
 * last label is not a number, so that no address passes for a name.
 */
export const hostName: z.ZodMiniType<string, string> = z
  .string()
  .check(z.maxLength(253), z.regex(new RegExp(`^(?:${LABEL}\\.)*(?!\\d+$)${LABEL}$`)));
