import { dirname, join } from 'node:path';
import { checkNode } from '../lib/checks/index.ts';
import { isStarted, monitorKeeper, startKeeper, stopKeeper } from '../lib/keeper/index.ts';
import { handOverKeeper, takeOverKeeper } from '../lib/keeper/migration.ts';
import { SYSTEM_PATH } from '../lib/node/program.ts';
import { runAgent, sealed } from '../lib/ocf/index.ts';
import { VERSION } from '../lib/version.ts';
import { nfslock } from './nfslock.ts';

const startedAt = Date.now() - process.uptime() * 1000;
const [node, program = '', ...argv] = [process.execPath, ...process.argv.slice(1)];

const agent = nfslock({
  version: VERSION,
  isStarted: (name) => isStarted(name),
  startKeeper,
  monitorKeeper,
  stopKeeper,
  handOverKeeper,
  takeOverKeeper,
  keeper: { node, program: join(dirname(program), 'keeper.cjs') },
  checkNode: (service) =>
    checkNode(service, { nodeVersion: process.versions.node, root: '/', path: SYSTEM_PATH }),
});

runAgent(agent, {
  argv,
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  pid: process.pid,
  startedAt,
  logger: '/usr/bin/logger',
}).then((code) => {
  process.exitCode = sealed(code);
});
