import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorld, projectRoot, repository } from '../test/world/world.ts';
import { peers, peersBareNode, peersSource } from './peers.ts';
import type { Section } from './section.ts';
import { median, rounded, table, verdict } from './table.ts';

/** One thing whose start is measured. */
export interface Start {
  readonly name: string;
  /** Milliseconds over bare Node that are allowed. */
  readonly limit?: number;
  run(): Promise<number>;
}

export const bare = 'node -e 0';

/** How long bundles take to start: to the end, or to the arrival of their first request. */
export async function coldStart(rounds: number): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const host = await listen();
  try {
    const environment = await environmentOf(folder, host.url);
    const starts = startsOf(environment, host, folder);
    const times = await interleaved(starts, rounds);
    return section(starts, times, rounds);
  } finally {
    host.server.closeAllConnections();
    host.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * All in turn, again and again, so that what disturbs one disturbs all; each round begins with another, because
 * what ran before is felt. The first round warms up.
 */
export async function interleaved(starts: readonly Start[], rounds: number) {
  const times = new Map(starts.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    const shift = round % starts.length;
    for (const { name, run } of [...starts.slice(shift), ...starts.slice(0, shift)]) {
      const time = await run();
      if (round > 0) times.get(name)?.push(time);
    }
  }
  return times;
}

function startsOf(env: Record<string, string>, host: Host, folder: string): readonly Start[] {
  const bundle = (name: string) => join(projectRoot, 'dist', name, 'index.js');
  const request = (name: string, over: Record<string, string> = {}): Start['run'] => {
    return () => toFirstRequest(bundle(name), { ...env, ...over }, host);
  };
  const least = join(folder, 'least.mjs');
  writeFileSync(least, "import { get } from 'node:http';\nget(process.env.GITHUB_API_URL);\n");
  const checkout = { GITHUB_WORKSPACE: join(folder, 'checkout') };
  return [
    { name: bare, run: () => toEnd(['-e', '0'], env) },
    {
      name: 'compute-preview-id',
      limit: 15,
      run: () => toEnd([bundle('compute-preview-id')], env),
    },
    { name: 'deploy-preview', limit: 30, run: request('deploy-preview') },
    { name: 'teardown-preview', limit: 30, run: request('teardown-preview') },
    {
      name: 'promote-environment',
      limit: 30,
      run: request('promote-environment', { GITHUB_EVENT_NAME: 'schedule' }),
    },
    { name: 'understudy', limit: 30, run: request('understudy') },
    { name: 'understudy, configuration checked out', run: request('understudy', checkout) },
  ];
}

function section(starts: readonly Start[], times: Map<string, number[]>, rounds: number): Section {
  const base = median(times.get(bare) ?? []);
  const figures = starts.map(({ name, limit }) => {
    const all = times.get(name) ?? [];
    const middle = median(all);
    return { name, median: middle, least: Math.min(...all), over: middle - base, limit };
  });
  const rows = figures.map(({ name, median: middle, least, over, limit }) => [
    name,
    rounded(middle),
    rounded(least),
    rounded(over),
    rounded(middle / base),
    verdict(rounded(over), limit),
  ]);
  const known = peers.filter(({ coldStart: time }) => time !== undefined);
  const peerRows = known.map(({ name, coldStart: time = 0 }) => [
    name,
    time,
    '',
    time - peersBareNode,
    rounded(time / peersBareNode),
    '',
  ]);
  const heads = ['start', 'median ms', 'least ms', 'over bare Node', 'times bare Node', 'limit'];
  const text = [
    `${process.version}, ${rounds} interleaved runs. compute-preview-id runs to its end; the others to the arrival of`,
    `their first request at a local server. Peers run to their first validation error (${peersSource}).`,
    '',
    table(heads, [...rows, ...peerRows]),
  ];
  return { title: 'Cold start', text: text.join('\n'), figures };
}

export interface Host {
  readonly url: string;
  readonly server: Server;
  /** Called when a request arrives. */
  arrived: () => void;
}

/** Takes requests and leaves them without an answer. */
export async function listen(): Promise<Host> {
  const server = createServer(() => host.arrived());
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const host: Host = { url, server, arrived: () => {} };
  return host;
}

export function toEnd(
  options: readonly string[],
  env: Record<string, string>,
  expected = 0,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, options, { env, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === expected) resolve(performance.now() - start);
      else reject(new Error(`${options.join(' ')} ended with ${code}`));
    });
  });
}

export function toFirstRequest(
  file: string,
  env: Record<string, string>,
  host: Host,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [file], { env, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    let time: number | undefined;
    host.arrived = () => {
      time ??= performance.now() - start;
      child.kill('SIGKILL');
    };
    child.once('error', reject);
    child.once('exit', () => {
      if (time === undefined) reject(new Error(`${file} ended without a request`));
      else resolve(time);
    });
  });
}

/** The variables of a run for a pull request that was opened; its checkout is in the folder too. */
export async function environmentOf(
  folder: string,
  url: string,
  configuration?: string,
): Promise<Record<string, string>> {
  const event = join(folder, 'event.json');
  const { PATH = '', HOME = '' } = process.env;
  const options = { gateway: false, ...(configuration !== undefined && { configuration }) };
  await inWorld(options, async (world) => {
    const { payload } = await world.pullRequest('feature/lamp');
    writeFileSync(event, JSON.stringify(payload));
    cpSync(world.clone, join(folder, 'checkout'), { recursive: true });
  });
  return {
    ...{ PATH, HOME },
    GITHUB_REPOSITORY: repository,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_API_URL: url,
    GITHUB_SERVER_URL: url,
    RUNNER_TEMP: folder,
    UNDERSTUDY_HOME: join(folder, 'home'),
    'INPUT_GITHUB-TOKEN': 'ghs_bench',
  };
}
