import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../src/lab/step/step.ts';
import { allProcesses } from '../world/processes.ts';
import { inWorld, readmePermissions, type World } from '../world/world.ts';

/** Secrets of the job and of the application; the token is the fourth. */
const jobSecret = 'canary-of-the-job-5f2a';
const password = 'canary-of-the-database-91c3';
const cloudKey = 'canary-of-the-cloud-77e0';
/** A secret of the job that the application has by other ways, and prints. */
const shared = 'canary-of-both-44d8';

const configuration = `preview:
  probe: { path: /, within: 10s }
  local:
    run: exec node server.js
    env:
      DB_PASSWORD: ${password}
      DATABASE_URL: postgres://app:${password}@db.example.com/app
      PLAIN: not-a-secret
`;

/** Tells all it knows to whoever asks, and to its log. */
const talkative = `
const { createServer } = require('node:http');
console.log('also ${shared}');
console.log('env ' + JSON.stringify(process.env));
if (require('node:fs').readFileSync('app.json', 'utf8').includes('broken')) {
  console.error('Error: cannot connect with ' + process.env.DATABASE_URL);
  process.exit(3);
}
createServer((request, response) => {
  console.log('headers ' + JSON.stringify(request.headers));
  response.end(JSON.stringify({ env: process.env, headers: request.headers }));
}).listen(process.env.PORT, '127.0.0.1');
`;

/** What the world looked like at the places where a secret could have been. */
interface Trace {
  readonly token: string;
  readonly results: readonly StepResult[];
  readonly comments: string;
  readonly deployments: string;
  /** What the application says it was given. */
  readonly page: string;
  readonly appEnvironments: string;
  readonly commandLines: string;
  readonly gitSeen: boolean;
  /** All files that are not the stand-in's or the application's own log. */
  readonly files: ReadonlyMap<string, string>;
  readonly controlCalls: string;
  readonly gatewayWords: string;
}

let trace: Trace;

beforeAll(async () => {
  await inWorld({ configuration, files: { 'server.js': talkative } }, async (world) => {
    trace = await play(world);
  });
});

async function play(world: World): Promise<Trace> {
  const token = world.github.createToken(readmePermissions, world.repository);
  const env = { AWS_SECRET_ACCESS_KEY: cloudKey, DEPLOY_KEY: jobSecret, SHARED_SECRET: shared };
  const settings = { token, env, debug: true };
  const lines = new Set<string>();
  const files = new Map<string, string>();
  let gitSeen = false;
  world.tap.watch = ({ path }) => {
    for (const { commandLine } of allProcesses()) lines.add(commandLine);
    for (const [name, text] of filesOf(world)) files.set(name, (files.get(name) ?? '') + text);
    if (path.includes('git-upload-pack'))
      gitSeen ||= [...lines].some((line) => /\bgit\b.*fetch/.test(line));
  };
  const first = await world.step(await world.pullRequest('one', { greeting: 'one' }), settings);
  const visited = await world.gateway?.visit(new URL(first.outputs.url ?? '').host);
  const apps = allProcesses().filter(({ environment }) =>
    environment.some((entry) => entry.startsWith('UNDERSTUDY_INSTANCE=')),
  );
  const broken = await world.step(await world.update('one', { broken: 'yes' }), settings);
  const planned = await world.step(await world.pullRequest('two'), {
    ...settings,
    inputs: { 'dry-run': 'true' },
  });
  const sweep = await world.step(await world.schedule(), settings);
  for (const [name, text] of filesOf(world)) files.set(name, (files.get(name) ?? '') + text);
  const seen = await world.observe();
  const deployments = await world.api('GET', `/repos/${world.repository}/deployments`);
  return {
    token,
    results: [first, broken, planned, sweep],
    comments: JSON.stringify(seen.comments),
    deployments: JSON.stringify([seen.deployments, deployments.body]),
    page: visited?.body ?? '',
    appEnvironments: apps.map(({ environment }) => environment.join('\n')).join('\n'),
    commandLines: [...lines].join('\n'),
    gitSeen,
    files,
    controlCalls: (world.gateway?.tap.calls ?? []).map(({ body }) => body.toString()).join('\n'),
    gatewayWords: world.gateway?.words() ?? '',
  };
}

/** Files of the machine that runs previews: the state folder, and what steps leave. */
function filesOf(world: World): readonly (readonly [string, string])[] {
  const names = readdirSync(world.root, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !/^(?:github|clone)(?:\/|$)/.test(name))
    .flatMap((name) => {
      try {
        const file = join(world.root, name);
        return statSync(file).isFile() ? [[name, readFileSync(file, 'latin1')] as const] : [];
      } catch {
        return [];
      }
    });
}

/** The token as it is, and as git sends it. */
function formsOf(token: string): readonly string[] {
  return [token, Buffer.from(`x-access-token:${token}`).toString('base64')];
}

function told({ results }: Trace): string {
  return results
    .map(({ log, outputs, summary, annotations, env, state }) =>
      JSON.stringify({ log, outputs, summary, annotations, env, state }),
    )
    .join('\n');
}

describe('secrets', () => {
  test('were where they could have leaked from', () => {
    const [first, broken] = trace.results;
    expect(first?.outputs.state).toBe('created');
    expect(broken?.outputs.state).toBe('failed');
    expect(trace.page).toContain('not-a-secret');
    expect(trace.page).toContain(password);
    expect(told(trace)).toContain('cannot connect with');
    expect(trace.comments).toContain('cannot connect with');
    expect(trace.comments).toContain('also ***');
    expect(trace.gitSeen).toBe(true);
  });

  test('of job and token never reach the application, its processes or its answers', () => {
    for (const secret of [...formsOf(trace.token), jobSecret, cloudKey]) {
      expect(trace.page).not.toContain(secret);
      expect(trace.appEnvironments).not.toContain(secret);
      expect(trace.controlCalls).not.toContain(secret);
      expect(trace.gatewayWords).not.toContain(secret);
    }
  });

  test('are in no log, output, summary, annotation, comment or deployment, whatever the application prints', () => {
    for (const secret of [...formsOf(trace.token), jobSecret, cloudKey, password, shared]) {
      expect(told(trace)).not.toContain(secret);
      expect(trace.comments).not.toContain(secret);
      expect(trace.deployments).not.toContain(secret);
    }
  });

  test('are not in what a plan renders', () => {
    const rendered = [...trace.files].filter(([name]) =>
      /understudy-\w+\/[0-9a-f]{8}\.json$/.test(name),
    );
    expect(rendered.length).toBeGreaterThan(0);
    for (const [, text] of rendered) {
      expect(text).toContain('DB_PASSWORD');
      expect(text).not.toContain(password);
    }
  });

  test('of job and token are in no file, at no time', () => {
    expect([...trace.files.keys()].join('\n')).toContain('home/previews/');
    for (const secret of [...formsOf(trace.token), jobSecret, cloudKey]) {
      const holders = [...trace.files].filter(([, text]) => text.includes(secret));
      expect(holders.map(([name]) => name)).toEqual([]);
    }
  });

  test('are in no command line, also while git fetches', () => {
    for (const secret of [...formsOf(trace.token), jobSecret, cloudKey, password]) {
      expect(trace.commandLines).not.toContain(secret);
    }
  });
});
