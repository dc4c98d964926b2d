/** Text as roff shows it: nothing in it is a command (groff_char(7), man(7)). */
export function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .split('\n')
    .map((line) => line.replace(/^(?=[.'])/, '\\&'))
    .join('\n');
}

/** The first line of a page (man(7), TH): no date, so that two builds of the same source are the same. */
export function titleLine(title: string, section: number, version: string): string {
  return `.TH "${roff(title)}" "${section}" "" "lockferry ${version}" "Lockferry"\n`;
}
