import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askOverHttp } from '../../../src/actions/ask.ts';
import {
  runVerification,
  type VerificationTools,
} from '../../../src/actions/promotion/run-verification.ts';
import { duration } from '../../../src/core/time.ts';
import type { VerificationRun } from '../../../src/promotion/settings.ts';
import { length } from '../../builders/promotion.ts';
import { processesWith } from '../../world/processes.ts';
import { openPromotionLab } from './promotion-lab.ts';

let folder: string;
let server: Server;
let url: string;
let status: number;
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-verify-'));
  status = 200;
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { location: '/elsewhere' }).end('ok');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const values = { version: 'v1/2', stage: 'production' };

function tools(more: Partial<VerificationTools> = {}): VerificationTools {
  return {
    ask: askOverHttp({}),
    workspace: folder,
    environment: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    token: 'ghs_canary0123456789',
    ...more,
  };
}

function command(...words: readonly string[]): VerificationRun {
  return { name: 'check', kind: 'command', command: words, timeout: length('10s') };
}

const script = (text: string) => command(process.execPath, '-e', text);

describe('a verification by command', () => {
  test('passes by exit 0 and fails by any other, with the last lines as evidence', async () => {
    const lines = 'for (let i = 1; i <= 9; i += 1) console.log("line " + i);';
    expect(await runVerification(script(lines), values, tools())).toEqual({
      result: 'passed',
      evidence: 'exit 0: line 5\nline 6\nline 7\nline 8\nline 9',
    });
    const bad = script('console.error("no answer"); process.exitCode = 3;');
    expect(await runVerification(bad, values, tools())).toEqual({
      result: 'failed',
      evidence: 'exit 3: no answer',
    });
  });

  test('is given the version as argument and variable, and no shell reads either', async () => {
    const nasty = { ...values, version: '$(touch x);`touch y`' };
    const print = [
      process.execPath,
      '-e',
      'console.log(process.argv[1], process.env.UNDERSTUDY_VERSION)',
    ];
    const { evidence } = await runVerification(command(...print, '{version}'), nasty, tools());
    expect(evidence).toBe(`exit 0: ${nasty.version} ${nasty.version}`);
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).toBe('');
  });

  test('says nothing about the version when it cannot be started, or takes too long', async () => {
    expect(await runVerification(command('bin/absent'), values, tools())).toEqual({
      result: 'unknown',
      evidence: 'bin/absent could not be started: ENOENT',
    });
    const slow: VerificationRun = {
      ...script('setInterval(() => {}, 1000)'),
      timeout: duration(200),
    };
    expect(await runVerification(slow, values, tools())).toEqual({
      result: 'unknown',
      evidence: 'took longer than 0.2s',
    });
  });

  test('leaves no process behind', async () => {
    const file = join(folder, 'pid');
    const child = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      const wait = setInterval(() => { if (require('fs').existsSync(${JSON.stringify(file)})) process.exit(0); }, 10);`;
    const environment = { PATH: process.env.PATH, MARK: folder };
    const { result } = await runVerification(script(parent), values, tools({ environment }));
    expect(result).toBe('passed');
    expect(await ended(() => processesWith(`MARK=${folder}`).length === 0)).toBe(true);
  });

  test('ends with the run', async () => {
    const cancel = new AbortController();
    const running = runVerification(
      script('setInterval(() => {}, 1000)'),
      values,
      tools({ signal: cancel.signal }),
    );
    setTimeout(() => cancel.abort(), 200);
    expect(await running).toEqual({ result: 'unknown', evidence: 'was killed by SIGKILL' });
  });

  test('gets neither the token nor what lets it speak for the step, and shows no secret', async () => {
    const environment = {
      PATH: process.env.PATH,
      'INPUT_GITHUB-TOKEN': 'ghs_canary0123456789',
      ACTIONS_RUNTIME_TOKEN: 'runtime0123456789',
      GITHUB_OUTPUT: '/dev/null',
      SHOP_PASSWORD: 'hunter22',
    };
    const print = script(
      'console.log(Object.keys(process.env).sort().join(), process.env.SHOP_PASSWORD)',
    );
    const { evidence } = await runVerification(print, values, tools({ environment }));
    expect(evidence).toContain('SHOP_PASSWORD');
    expect(evidence).not.toMatch(/INPUT_|ACTIONS_|GITHUB_OUTPUT|hunter22/);
    const leak = script('console.log("AKIA" + "ABCDEFGHIJKLMNOP")');
    expect((await runVerification(leak, values, tools())).evidence).toBe(
      'what it said looks like a secret, and is not kept',
    );
  });
});

describe('a verification by HTTP', () => {
  const run = (more: object = {}): VerificationRun => ({
    name: 'smoke',
    kind: 'http',
    url: `${url}/smoke/{version}`,
    timeout: length('5s'),
    ...more,
  });

  test.each([
    [200, undefined, 'passed'],
    [302, undefined, 'passed'],
    [404, undefined, 'failed'],
    [503, undefined, 'failed'],
    [204, 200, 'failed'],
    [404, 404, 'passed'],
  ])('that is answered %d where %s is expected: %s', async (answer, expect_, result) => {
    status = answer;
    const verified = await runVerification(
      run(expect_ === undefined ? {} : { expect: expect_ }),
      values,
      tools(),
    );
    expect(verified).toEqual({ result, evidence: `${url}/smoke/v1%2F2 answered ${answer}` });
    expect(asked).toEqual(['/smoke/v1%2F2']);
  });

  test('that nobody answers says nothing about the version', async () => {
    const nobody = run({ url: 'http://127.0.0.1:9/smoke?key=secret' });
    expect(await runVerification(nobody, values, tools())).toEqual({
      result: 'unknown',
      evidence: 'http://127.0.0.1:9/smoke could not be asked: ECONNREFUSED',
    });
  });
});

test('a version goes on in the run that verifies it, and one that fails waits for another try', async () => {
  const verified = join(folder, 'verified.txt');
  const look = `require('fs').appendFileSync(${JSON.stringify(verified)}, process.env.UNDERSTUDY_COMMIT + ' ')`;
  const lab = await openPromotionLab(`
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
      - name: production
        after: [staging]
        gates:
          verification:
            runs:
            - { name: smoke, http: "${url}/smoke" }
            - { name: look, command: ["${process.execPath}", "-e", ${JSON.stringify(look)}] }
`);
  try {
    const version = await lab.staged();
    status = 500;
    writeFileSync(verified, '');
    const failed = await lab.step();
    expect(failed.outputs).toMatchObject({
      decision: 'blocked',
      reason: expect.stringMatching(/^verification: failed: smoke/),
    });
    expect(failed.outputs['wake-at']).not.toBe('');
    status = 200;
    lab.pass('2m');
    const passed = await lab.step();
    expect(passed.outputs).toMatchObject({ decision: 'promote', stage: 'production', version });
    expect(readFileSync(verified, 'utf8')).toBe(`${version} `);
    expect(asked).toEqual(['/smoke', '/smoke']);
  } finally {
    await lab.close();
  }
});

test('a run that carries out what somebody says leaves commands to runs that have the files for them', async () => {
  const lab = await openPromotionLab(`
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: production
        observe: { ref: heads/production }
        via: { ref: heads/production }
        gates:
          approval: { by: [maintain] }
          verification:
            runs:
            - { name: smoke, http: "${url}/smoke" }
            - { name: look, command: [test, -e, ${JSON.stringify(folder)}] }
`);
  try {
    const version = lab.push();
    const words = { mode: 'approve', stage: 'production', version };
    const said = await lab.step(words, { actor: 'mia', event: 'workflow_dispatch' });
    expect(said).toMatchObject({ exit: 0, outputs: { decision: 'wait' } });
    expect(asked).toEqual(['/smoke']);
    expect(said.outputs.promotions[0].reason).toBe('verification: to be done: look');
    expect((await lab.step()).outputs).toMatchObject({ decision: 'promote', version });
  } finally {
    await lab.close();
  }
});

async function ended(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
