/** What a command works with besides its options: arguments, so that a test can give its own. */
export interface Means {
  /** Where the services' run-time directories are; undefined: at their usual place. */
  readonly runtime?: string | undefined;
  /** The program that works on lock stores for the commands (lib/cli/storage/main.ts), absolute. */
  readonly storage: string;
  /** From where signals come: the process. */
  readonly signals: { once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown };
}
