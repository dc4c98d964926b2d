/** Milliseconds in each unit that Pacemaker knows (crm_get_msec(), lib/common/strings.c); none is seconds. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, msec: 1, us: 0.001, usec: 0.001, '': 1000, s: 1000, sec: 1000 },
  ...{ m: 60_000, min: 60_000, h: 3_600_000, hr: 3_600_000 },
};

/** A duration as Pacemaker writes it, milliseconds; null where it is none (or an ISO 8601 one, which is rare). */
export function milliseconds(text: string): number | null {
  const [, number, unit = ''] = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const each = UNITS[unit.toLowerCase()];
  return number === undefined || each === undefined ? null : Number(number) * each;
}
