/** What `lockferry doctor --json` says of one thing. */
export interface Finding {
  readonly code: string;
  readonly service: string | null;
  readonly verdict: 'ok' | 'unknown' | 'warning' | 'bad';
  readonly evidence: string;
  readonly consequence: string | null;
  readonly cure: string | null;
  readonly took: number;
}

/** What it complains about. */
export function complaints(findings: readonly Finding[]): string[] {
  return findings.filter(({ verdict }) => verdict !== 'ok').map(nameOf);
}

/** `service/check: verdict`, or `check: verdict` of what is not about a service. */
export function nameOf({ service, code, verdict }: Finding): string {
  return `${service === null ? '' : `${service}/`}${code}: ${verdict}`;
}
