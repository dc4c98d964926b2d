export { type ConveyOptions, conveyPrivate, readConveyed, retire, type SetAside } from './private.ts';
export type { Owner } from './private-directory.ts';
