export { CalloutDesk, type CalloutDeskOptions } from './callout-desk.ts';
export { type CalloutDoor, makeCalloutDoor } from './callout-door.ts';
export type { CalledClient } from './callout-line.ts';
export { type CalloutRecorder, recordCalled } from './callout-record.ts';
export { movedAway } from './moved-away.ts';
export {
  type Exempt,
  type Glance,
  type Look,
  Picture,
  type PictureOptions,
  type Problem,
} from './picture.ts';
export { type JudgeOptions, type Observation, RemovalJudge } from './removal-judge.ts';
export { settle } from './settle.ts';
export { type Watch, type WatchOptions, watchPicture } from './watch.ts';
