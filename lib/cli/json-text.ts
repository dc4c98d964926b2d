/**
 * JSON on one line, in ASCII: strangers' text keeps its meaning for a program, and cannot steer the terminal of a
 * person who looks at it.
 */
export function jsonText(value: object): string {
  const ascii = JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${ascii}\n`;
}
