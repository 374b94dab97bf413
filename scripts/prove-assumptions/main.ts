// Asks GitHub whether it behaves as the suite, and the stand-in that it is tested with, take for granted. Run by the
// workflow `prove-assumptions.yml`: `node scripts/prove-assumptions/main.ts [clear]`, without dependencies.
import { appendFileSync } from 'node:fs';
import { isProved, type Proof, prove, tableOf } from './assumption.ts';
import { aboutBranches } from './branches.ts';
import { aboutDeploymentsBeside } from './deployed-beside.ts';
import { aboutDeployments } from './deployments.ts';
import { aboutDispatches } from './dispatches.ts';
import { at, connect, type GitHub } from './github.ts';
import { aboutNames } from './names.ts';
import { aboutPermissions } from './permissions.ts';
import { clear, placeOf } from './place.ts';
import { aboutPulls } from './pulls.ts';
import { aboutRaces } from './races.ts';
import { aboutReading } from './reading.ts';
import { aboutRefs } from './refs.ts';

const { env } = process;
const github = connect(env);
if (process.argv[2] === 'clear') await clearAway(github);
else await proveAll(github);

async function proveAll(to: GitHub): Promise<void> {
  const run = `${env.GITHUB_RUN_ID ?? 'local'}-${env.GITHUB_RUN_ATTEMPT ?? '1'}`;
  const rounds = Number(env.PROVE_ROUNDS || 20);
  const place = placeOf(to, run);
  const branch = String(at(await to.send('GET', ''), 'default_branch'));
  const proofs = await prove(
    [
      ...aboutRefs(place),
      ...aboutNames(place),
      ...aboutRaces(place, rounds),
      ...aboutBranches(place),
      ...aboutReading(place),
      ...aboutPermissions(place),
      ...aboutDeployments(place),
      ...aboutDeploymentsBeside(place),
      ...aboutDispatches(place, branch),
      ...aboutPulls(place),
    ],
    say,
  );
  summarise(`# What GitHub was asked\n\n${tableOf(proofs)}\n`);
  if (!isProved(proofs)) process.exitCode = 1;
}

async function clearAway(to: GitHub): Promise<void> {
  const left = await clear(to);
  if (left.length === 0) return;
  process.stdout.write(`::error::could not be removed: ${left.join(', ')}\n`);
  process.exitCode = 1;
}

function say({ name, answer, holds, isReliedUpon }: Proof): void {
  const mark = holds === undefined ? '?' : holds ? '✓' : '✗';
  process.stdout.write(`${mark} ${name}: ${answer}\n`);
  if (holds === false) {
    const level = isReliedUpon ? 'error' : 'warning';
    process.stdout.write(`::${level}::does not hold: ${name} (${answer.replaceAll('\n', ' ')})\n`);
  }
}

function summarise(text: string): void {
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, text);
  else process.stdout.write(text);
}
