interface Signals {
  once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** Aborted by the first SIGINT or SIGTERM, so that a command can say what it has done; the second one ends it. */
export function interruption(signals: Signals): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.once(signal, () => controller.abort());
  return controller.signal;
}
