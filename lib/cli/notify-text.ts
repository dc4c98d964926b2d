import { printable, printableSentence } from '../printable.ts';
import { clientsText } from './clients-text.ts';
import type { Notified } from './notify.ts';

const ENDS: Readonly<Record<Notified['end'], string>> = {
  complete: 'all were told',
  'time-over': 'time is over',
  'grace-over': 'grace is over',
  interrupted: 'interrupted',
};

/** What became of a round of notifications, for people. */
export function notifyText({ service, stateNumber, names, end, clients, problems }: Notified): string {
  const told = clients.filter((client) => client.told).length;
  const headline =
    clients.length === 0
      ? 'nobody is to be told'
      : `${told} of ${clients.length} clients told as ${names.map((name) => printable(name)).join(', ')} ` +
        `with state number ${stateNumber}: ${ENDS[end]}`;
  const list = clientsText({
    service: service ?? 'statd directory',
    sharedDir: null,
    clients,
    problem: null,
  });
  const set = problems.map((problem) => `  problem: ${printableSentence(problem, 1000)}\n`);
  return `${headline}\n${list}${set.join('')}`;
}
