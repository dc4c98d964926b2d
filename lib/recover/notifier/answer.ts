import { decodeReply, portFrom } from '../../rpc/index.ts';
import type { Ask } from './client.ts';

/** What a client's host said: the port that was asked for (0: not registered), that it was told, or no. */
export type Answer = { readonly port: number } | 'told' | 'refused';

/** Reads what came back for a question; undefined where it is no answer (the client will be asked again). */
export function answerTo(ask: Pick<Ask, 'about' | 'address'>, message: Buffer): Answer | undefined {
  try {
    const reply = decodeReply(message);
    if ('refusal' in reply) return 'refused';
    return typeof ask.about === 'number' ? 'told' : { port: portFrom(ask.address, reply.results) };
  } catch {
    return undefined;
  }
}
