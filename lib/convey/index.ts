export { conveyLive, type LiveOptions } from './live.ts';
export { PlacedLines } from './placed.ts';
export { PlacedOnNode } from './placed-on-node.ts';
export {
  type ConveyOptions,
  conveyPrivate,
  readConveyed,
  removePrivate,
  type SetAside,
} from './private.ts';
export type { Owner } from './private-directory.ts';
export { takeBack } from './take-back.ts';
