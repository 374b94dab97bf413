import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { gitIn, startLab } from '../lab/github/lab.ts';
import type { Race } from '../ledger/race-worker.ts';
import { node24, type Tool, whySkipped } from './tools.ts';

const atOnce = 32;
const rounds = 5;
const ref = 'refs/understudy/race/rounds';

/** Node that runs TypeScript as it is. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
const tool: Tool = runsTypeScript ? { path: join(process.execPath, '..') } : node24();
const skipped = whySkipped(tool);

interface Racers {
  readonly pids: () => readonly number[];
  readonly kill: (pid: number | undefined) => boolean;
  readonly ended: Promise<unknown>;
  readonly said: () => string;
}

/** Starts the processes; each that is killed is followed by another. */
function startRacers(race: (index: number) => Race): Racers {
  const living = new Map<number, ChildProcess>();
  const killed = new Set<number>();
  let said = '';
  const start = (index: number): Promise<unknown> => {
    const program = join(tool.path ?? '', 'node');
    const args = ['test/ledger/race-worker.ts', JSON.stringify(race(index))];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const pid = child.pid ?? 0;
    living.set(pid, child);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    return new Promise<void>((resolve) => child.once('close', () => resolve())).then(() => {
      living.delete(pid);
      return killed.has(pid) ? start(index + atOnce) : undefined;
    });
  };
  const ended = Promise.all(Array.from({ length: atOnce }, (_, index) => start(index)));
  return {
    pids: () => [...living.keys()],
    kill: (pid = 0) => {
      const child = living.get(pid);
      if (child) killed.add(pid);
      return child?.kill('SIGKILL') ?? false;
    },
    ended,
    said: () => said,
  };
}

function holderOf(bare: string): number | undefined {
  if (!existsSync(join(bare, ref))) return undefined;
  const { state } = JSON.parse(gitIn(bare, 'show', `${ref}:record.json`));
  return state.lease ? Number(state.lease.holder.slice(1)) : undefined;
}

/** Kills any process, then the one that holds the lease, by turns, until all is done. */
async function harass({ pids, kill, ended }: Racers, bare: string): Promise<number> {
  let over = false;
  let kills = 0;
  void ended.then(() => {
    over = true;
  });
  for (let turn = 0; !over && turn < 16; turn += 1) {
    await sleep(100 + Math.random() * 700);
    const all = pids();
    const anyone = all[Math.floor(Math.random() * all.length)];
    if (kill(turn % 4 === 1 ? (holderOf(bare) ?? anyone) : anyone)) kills += 1;
  }
  await ended;
  return kills;
}

async function raceOn(name: string, bare: string, backend: (index: number) => Race['backend']) {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-race-'));
  const [effects, gun] = [join(folder, 'effects'), join(folder, 'gun')];
  try {
    const racers = startRacers((index) => ({ backend: backend(index), rounds, effects, gun }));
    await sleep(2_500);
    const begun = performance.now();
    writeFileSync(gun, '');
    const kills = await harass(racers, bare);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const records = gitIn(bare, 'log', '--reverse', '--format=%H', ref).split('\n');
    console.info(
      `${name}: ${atOnce} processes, ${rounds} rounds, ${kills} killed, ${records.length} transitions, ${seconds} s`,
    );
    expect(racers.said()).toBe('');
    expectOnce(readFileSync(effects, 'utf8'), bare, records);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expectOnce(effects: string, bare: string, commits: readonly string[]): void {
  const did = effects
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(did).toEqual(Array.from({ length: rounds }, (_, index) => `round-${index + 1}`));
  const records = commits.map((commit) => JSON.parse(gitIn(bare, 'show', `${commit}:record.json`)));
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
  expect(new Set(records.map(({ operation }) => operation)).size).toBe(records.length);
  expect(records.filter(({ why }) => why.startsWith('did '))).toHaveLength(rounds);
  expect(gitIn(bare, 'rev-list', '--merges', ref)).toBe('');
}

(skipped ? describe.skip : describe)(
  '32 processes at once, killed at random, do each round once',
  () => {
    test('on a bare git repository', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'understudy-race-git-'));
      const bare = join(folder, 'remote.git');
      gitIn(folder, 'init', '--quiet', '--bare', bare);
      try {
        await raceOn('git', bare, (index) => {
          const directory = join(folder, `objects-${index}.git`);
          gitIn(folder, 'init', '--quiet', '--bare', directory);
          return { kind: 'git', remote: bare, directory };
        });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test('on the stand-in, which loses answers', async () => {
      const lab = await startLab();
      const bare = lab.github.repositories['acme/app'] ?? '';
      const { url, token } = lab.github;
      try {
        for (const action of ['lose-answer', 'applied-502', 'stale-read', 'lose-answer']) {
          const path = action === 'stale-read' ? '/git/matching-refs/' : '/git/refs/';
          await lab.call('POST', '/_lab/faults', { match: { path }, action, times: 5 });
        }
        await raceOn('GitHub', bare, () => ({ kind: 'github', url, token }));
      } finally {
        await lab.close();
      }
    });
  },
);
