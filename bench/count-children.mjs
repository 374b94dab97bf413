// Preloaded (`--import`): notes each child process that is begun, one line with its program, in the file that
// BENCH_CHILDREN names.
import children, { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const note = (file) => appendFileSync(process.env.BENCH_CHILDREN, `${file}\n`);

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function noted(options) {
  note(options.file);
  return spawn.call(this, options);
};
for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
  const original = children[name];
  children[name] = (file, ...rest) => {
    note(file);
    return original(file, ...rest);
  };
}
syncBuiltinESMExports();
