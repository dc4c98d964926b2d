import type { Row } from '../row.ts';
import { agent } from './agent.ts';
import { callout } from './callout.ts';
import { capture } from './capture.ts';
import { convey } from './convey.ts';
import { idle } from './idle.ts';
import { monitor } from './monitor.ts';
import { recovery } from './recovery.ts';
import { told } from './tell.ts';
import { watch } from './watch.ts';

/** Every row, in the order in which they are measured and shown. */
export const ROWS: readonly Row[] = [told, recovery, watch, callout, monitor, agent, idle, capture, convey];
