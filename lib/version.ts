/** Put in place by the build (esbuild's `define`), from package.json. */
declare const LOCKFERRY_VERSION: string | undefined;

/** The version of Lockferry; `source` where the sources run unbuilt. */
export const version: string = typeof LOCKFERRY_VERSION === 'undefined' ? 'source' : LOCKFERRY_VERSION;
