import { isIP } from 'node:net';

/** What resolv.conf(5) says about where names are looked up. */
export interface ResolverSetup {
  /** Addresses of DNS servers, at most three, the local one where none is named. */
  readonly servers: readonly string[];
  /** Domains to try for a name without a dot. */
  readonly search: readonly string[];
}

/** MAXNS and MAXDNSRCH of glibc's resolver. */
const SERVERS_LIMIT = 3;
const SEARCH_LIMIT = 6;

/** Reads the text of a resolv.conf; the last `search` or `domain` line counts, as resolv.conf(5) says. */
export function parseResolvConf(text: string): ResolverSetup {
  const servers: string[] = [];
  let search: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver') servers.push(...words.slice(0, 1).filter((word) => isIP(word) !== 0));
    if (keyword === 'search' || keyword === 'domain') search = words.slice(0, SEARCH_LIMIT);
  }
  return { servers: servers.length > 0 ? servers.slice(0, SERVERS_LIMIT) : ['127.0.0.1'], search };
}
