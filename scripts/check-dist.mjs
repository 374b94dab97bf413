// Builds once more beside dist/ and compares every byte: what users run must be what the sources say.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fresh = await mkdtemp(join(tmpdir(), 'understudy-dist-'));
try {
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
  run('scripts/bundle.mjs', '--out', fresh);
  const stale = await differences(fresh, 'dist');
  if (stale.length > 0) {
    console.error(
      `dist is not what the sources build:\n  ${stale.join('\n  ')}\nRun: npm run build`,
    );
    process.exitCode = 1;
  }
} finally {
  await rm(fresh, { recursive: true });
}

function run(...command) {
  execFileSync(process.execPath, command, { stdio: 'inherit' });
}

async function differences(one, other) {
  const names = new Set([...(await filesOf(one)), ...(await filesOf(other))]);
  const compared = await Promise.all(
    [...names].map(async (name) =>
      (await same(join(one, name), join(other, name))) ? [] : [name],
    ),
  );
  return compared.flat().sort();
}

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

async function same(one, other) {
  const read = (file) => readFile(file).catch(() => undefined);
  const [first, second] = await Promise.all([read(one), read(other)]);
  return first !== undefined && second !== undefined && first.equals(second);
}
