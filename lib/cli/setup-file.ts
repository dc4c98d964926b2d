/** Ours alone, so that nobody's file has to be edited. */
export const DROP_IN = '/etc/nfs.conf.d/lockferry.conf';
/** Where scripts/install puts the callout. */
export const CALLOUT = '/usr/share/lockferry/statd-callout';

/**
 * What can be set up: that rpc.statd waits until a client is recorded; that sm-notify neither runs when rpc.statd starts nor
 * ends grace; and that systemd does not run it when the node boots.
 */
export const PARTS = ['callout', 'sm-notify', 'unit'] as const;
export type Part = (typeof PARTS)[number];

/** What nfs.conf(5) is to say for each part. */
export const SETTINGS: readonly { part: Part; section: string; key: string; value: string }[] = [
  { part: 'callout', section: 'statd', key: 'ha-callout', value: CALLOUT },
  { part: 'sm-notify', section: 'statd', key: 'no-notify', value: '1' },
  { part: 'sm-notify', section: 'sm-notify', key: 'lift-grace', value: 'n' },
];

const HEAD = '# Written by "lockferry setup"; "lockferry setup --undo" takes it away.\n';
/** Who has masked the unit himself does not want it back when ours is undone. */
const MASKED = '# It has masked rpc-statd-notify.service, too.\n';

/** Our file with these parts; null: no file. */
export function setupText(parts: ReadonlySet<Part>): string | null {
  if (parts.size === 0) return null;
  let section = '';
  const lines = SETTINGS.filter(({ part }) => parts.has(part)).map((setting) => {
    const head = setting.section === section ? '' : `[${setting.section}]\n`;
    section = setting.section;
    return `${head}${setting.key}=${setting.value}\n`;
  });
  return [HEAD, ...(parts.has('unit') ? [MASKED] : []), ...lines].join('');
}

/** Which parts are in our file, whoever wrote it. */
export function partsIn(text: string): Set<Part> {
  const keys = new Set([...text.matchAll(/^\s*([\w-]+)\s*=/gm)].map(([, key]) => key));
  const parts = SETTINGS.filter(({ key }) => keys.has(key)).map(({ part }) => part);
  return new Set([...parts, ...(text.includes(MASKED) ? (['unit'] as const) : [])]);
}
