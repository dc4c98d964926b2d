import { serve } from './serve.ts';
import { createTasks } from './tasks.ts';

serve(process, createTasks(), () => process.kill(process.pid, 'SIGKILL'));
