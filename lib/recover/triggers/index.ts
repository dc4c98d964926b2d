export { NOTHING_TO_OPEN, NOTHING_TO_PLACE, triggerFor } from './trigger-for.ts';
export type { Tell, Trigger } from './types.ts';
