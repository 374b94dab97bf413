import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLab } from './command-line.ts';

// src/lab, build/lab and dist/lab lie equally deep.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
process.exitCode = await runLab(process.argv.slice(2), root, {
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
