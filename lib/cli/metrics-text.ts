import { printable } from '../printable.ts';
import { isRecovering, type ServiceStatus } from './service-status.ts';

/** One measurement; labels besides the service's. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Null: not known, and left out. */
  readonly value: number | null;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  samples(service: ServiceStatus): readonly Sample[];
}

const STATES = ['ok', 'degraded', 'failed', 'unanswering'];

const one = (value: number | null): Sample[] => [{ value }];

/** All are gauges: each says how it is now. */
const METRICS: readonly Metric[] = [
  {
    name: 'lockferry_service_state',
    help: '1 for the state that the service is in, 0 for all others',
    samples: ({ verdict }) =>
      STATES.map((state) => ({ labels: { state }, value: Number(verdict.state === state) })),
  },
  {
    name: 'lockferry_recovering',
    help: '1 while clients of the former owner are being told',
    samples: (service) => one(service.phase === null ? null : Number(isRecovering(service))),
  },
  {
    name: 'lockferry_clients',
    help: 'Clients by what is known of them',
    samples: ({ clients }) =>
      Object.entries(clients ?? {}).map(([phase, value]) => ({ labels: { phase }, value })),
  },
  {
    name: 'lockferry_unprotected_clients',
    help: 'Clients whose newest records are not durable in the lock store',
    samples: ({ unprotected }) => one(unprotected),
  },
  {
    name: 'lockferry_lag_seconds',
    help: 'How long the oldest change has been waiting to become durable',
    samples: ({ lag }) => one(lag === null ? null : lag / 1000),
  },
  {
    name: 'lockferry_epoch',
    help: 'Epoch of the lock store: each start of the service begins one',
    samples: ({ owner }) => one(owner?.epoch ?? null),
  },
  {
    name: 'lockferry_state_number',
    help: 'NSM state number that was reserved last',
    samples: ({ stateNumber }) => one(stateNumber),
  },
  {
    name: 'lockferry_last_recovery_timestamp_seconds',
    help: 'When something became known of a client of the last recovery, last',
    samples: ({ lastRecovery }) => one(lastRecovery === null ? null : lastRecovery.at / 1000),
  },
  {
    name: 'lockferry_last_recovery_clients',
    help: 'Clients of the last recovery by its outcome',
    samples: ({ lastRecovery }) => {
      if (lastRecovery === null) return [];
      const { clients, back, missed } = lastRecovery;
      const outcomes = { back, missed, open: clients - back - missed };
      return Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value }));
    },
  },
];

/**
 * Metrics in Prometheus's text format, version 0.0.4 (prometheus.io, "Exposition formats"); a metric of which nothing is
 * known is left out.
 */
export function metricsText(services: readonly ServiceStatus[]): string {
  return METRICS.flatMap((metric) => {
    const samples = services.flatMap((service) => samplesOf(metric, service));
    if (samples.length === 0) return [];
    return [`# HELP ${metric.name} ${metric.help}.\n`, `# TYPE ${metric.name} gauge\n`, ...samples];
  }).join('');
}

function samplesOf({ name, samples }: Metric, service: ServiceStatus): string[] {
  return samples(service).flatMap(({ labels, value }) => {
    if (value === null) return [];
    const pairs = Object.entries({ service: service.service, ...labels });
    return [`${name}{${pairs.map(([key, text]) => `${key}="${labelValue(text)}"`).join(',')}} ${value}\n`];
  });
}

/** In printable ASCII, with backslash and quote escaped as the format wants it. */
function labelValue(text: string): string {
  return printable(text, 200).replace(/[\\"]/g, '\\$&');
}
