import { run } from './run.ts';
import { storageProgram } from './storage/program.ts';

const [, command = '', ...argv] = process.argv;

run(argv, process, { storage: storageProgram(command), signals: process }).then((code) => {
  process.exitCode = code;
});
