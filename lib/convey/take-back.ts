import { callHere, type RpcbindHost } from '../rpc/index.ts';
import type { PlacedLines } from './placed.ts';
import { unmonitorCall } from './unmonitor-call.ts';

/** statd does one thing at a time: so many lines are asked for together. */
const TOGETHER = 100;
/** Milliseconds for these. */
const WITHIN = 10_000;

/**
 * Takes back what convey put into the live `sm/` and nobody made his own, once nobody can reclaim any more: by asking
 * statd, for it runs. A line that bears this node's name is left alone: a client that locks this very moment has one that
 * statd could not tell from it. @returns how many were asked for. @throws Fault where statd does not answer.
 */
export async function takeBack(
  placed: PlacedLines,
  nodeName: string,
  host: RpcbindHost = { timeout: WITHIN },
): Promise<number> {
  const records = placed.standing().filter(({ myName }) => myName !== nodeName);
  for (let at = 0; at < records.length; at += TOGETHER) {
    await callHere(records.slice(at, at + TOGETHER).map(unmonitorCall), host);
  }
  return records.length;
}
