import { sentenceOf } from '../fault.ts';
import { printableSentence } from '../printable.ts';
import type { Check, ExaminedService } from './check.ts';
import type { Cib } from './cluster/cib.ts';
import type { ExaminedNode } from './examined-node.ts';
import type { Finding, Found } from './finding.ts';

/** What one check found of one thing. */
export type Examined = Finding &
  Pick<Check, 'about' | 'consequence'> & {
    /** Which service it is about; null: the node, or the cluster. */
    readonly service: string | null;
    /** Milliseconds. */
    readonly took: number;
  };

/** What can be done about it; null: nothing, or nothing that the check knows of. */
export function cureOf(finding: Found): string | null {
  return finding.verdict === 'ok' ? null : (finding.cure ?? null);
}

/** No check may take longer, whatever it waits for; milliseconds. */
const WITHIN = 20_000;

/** Makes all checks at once. What fails or does not end in time is `unknown`: nothing is claimed that was not seen. */
export async function examine(
  checks: readonly Check[],
  node: ExaminedNode,
  services: readonly ExaminedService[],
  within = WITHIN,
): Promise<Examined[]> {
  const cib = await node.cluster().catch(() => null);
  const findings = checks.flatMap((check) =>
    looks(check, node, services, cib).map(async ({ service, look }): Promise<Examined> => {
      const { code, about, consequence } = check;
      const began = performance.now();
      const found = await inTime(look, within);
      return { code, service, about, consequence, took: Math.round(performance.now() - began), ...found };
    }),
  );
  return Promise.all(findings);
}

interface Look {
  readonly service: string | null;
  readonly look: () => Promise<Found>;
}

/** The same settings count for all services of a node that share its daemons. */
const SETTINGS = { statdDir: null, lockManager: 'auto' } as const;

function looks(
  check: Check,
  node: ExaminedNode,
  services: readonly ExaminedService[],
  cib: Cib | null,
): Look[] {
  const each = (look: (service: ExaminedService) => Promise<Found>) =>
    services.map((service) => ({ service: service.name, look: () => look(service) }));
  switch (check.of) {
    case 'node':
      return [{ service: null, look: () => check.look(node, services[0] ?? SETTINGS) }];
    case 'service':
      return each((service) => check.look(node, service));
    case 'cluster':
      return cib === null ? [] : [{ service: null, look: () => check.look(cib, node) }];
    case 'resource':
      return cib === null ? [] : each((service) => check.look(cib, service, node));
  }
}

async function inTime(look: () => Promise<Found>, within: number): Promise<Found> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Found>((resolve) => {
    const evidence = `it did not end within ${within / 1000} s`;
    timer = setTimeout(() => resolve({ verdict: 'unknown', evidence }), within);
  });
  const known = look().catch(
    (error): Found => ({ verdict: 'unknown', evidence: printableSentence(sentenceOf(error), 300) }),
  );
  const found = await Promise.race([known, late]);
  clearTimeout(timer);
  return found;
}
