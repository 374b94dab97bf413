import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../src/core/user-error.ts';
import { runStep, startStep } from '../../../src/lab/step/run-step.ts';
import type { StepOptions, StepResult } from '../../../src/lab/step/step.ts';

const root = join(process.cwd(), 'test/lab/fixtures/project');
const sha = 'a'.repeat(40);
const pullRequest = {
  action: 'opened',
  number: 7,
  pull_request: {
    number: 7,
    merged: false,
    merge_commit_sha: 'b'.repeat(40),
    head: { ref: 'feature/x', sha },
    base: { ref: 'main', sha },
  },
  repository: { full_name: 'acme/shop', default_branch: 'main' },
  sender: { login: 'octocat' },
};

function run(script: string, options: Partial<StepOptions> = {}): Promise<StepResult> {
  return runStep(stepOptions(script, options));
}

function stepOptions(script: string, options: Partial<StepOptions> = {}): StepOptions {
  const { inputs, ...rest } = options;
  const base = { root, action: 'echo', event: 'pull_request', payload: pullRequest };
  return { ...base, ...rest, inputs: { script, ...inputs } };
}

async function environment(options: Partial<StepOptions> = {}): Promise<Record<string, string>> {
  const result = await run(
    'append("OUTPUT", "env<<END\\n" + JSON.stringify(env) + "\\nEND\\n")',
    options,
  );
  rmSync(dirname(result.temp ?? ''), { recursive: true });
  return JSON.parse(result.outputs.env ?? '{}');
}

describe('what the process gets', () => {
  test('inputs with their defaults, hyphens kept and spaces folded', async () => {
    const env = await environment({ token: 'ghs_secret' });
    expect(env).toMatchObject({
      'INPUT_GITHUB-TOKEN': 'ghs_secret',
      INPUT_WHERE: 'acme/shop@7',
      INPUT_TWO_WORDS: 'spaced',
      INPUT_OLD: '',
    });
  });

  test('a pull request runs at its merge commit, with head and base named', async () => {
    expect(await environment({ url: 'http://127.0.0.1:1' })).toMatchObject({
      GITHUB_SHA: 'b'.repeat(40),
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_REF_NAME: '7/merge',
      GITHUB_HEAD_REF: 'feature/x',
      GITHUB_BASE_REF: 'main',
      GITHUB_ACTOR: 'octocat',
      GITHUB_API_URL: 'http://127.0.0.1:1',
      GITHUB_GRAPHQL_URL: 'http://127.0.0.1:1/graphql',
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/preview.yml@refs/pull/7/merge',
      RUNNER_OS: 'Linux',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
    });
  });

  test('a merged pull request runs on its base', async () => {
    const payload = {
      ...pullRequest,
      pull_request: { ...pullRequest.pull_request, merged: true },
    };
    expect(await environment({ payload })).toMatchObject({ GITHUB_REF: 'refs/heads/main' });
  });

  test('a schedule runs on the default branch without head or base', async () => {
    const payload = { schedule: '7 * * * *', repository: pullRequest.repository };
    expect(await environment({ event: 'schedule', payload, sha })).toMatchObject({
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: sha,
      GITHUB_HEAD_REF: '',
    });
  });

  test('nothing of the caller beyond PATH, HOME and LANG, and what it hands over', async () => {
    process.env.LAB_LEAK = 'yes';
    const env = await environment({ env: { UNDERSTUDY_HOME: '/state' } });
    expect(env.LAB_LEAK).toBeUndefined();
    expect(env.UNDERSTUDY_HOME).toBe('/state');
    expect(env.PATH).toBe(process.env.PATH);
  });

  test('the payload in a file', async () => {
    const result = await run(
      'const fs = await import("node:fs"); append("OUTPUT", "number=" + JSON.parse(fs.readFileSync(env.GITHUB_EVENT_PATH)).number + "\\n")',
    );
    expect(result.outputs.number).toBe('7');
  });
});

describe('what the process writes', () => {
  test('outputs, environment, state, path and summary', async () => {
    const result = await run(`
      append("OUTPUT", "one=1\\ntext<<E O F\\nline 1\\n\\nline=3\\nE O F\\nempty=\\n");
      append("ENV", "STAGE=blue\\n");
      append("STATE", "pid=5\\n");
      append("PATH", "/opt/a\\n/opt/b\\n");
      append("STEP_SUMMARY", "# Done\\n");`);
    expect(result).toMatchObject({
      conclusion: 'success',
      exit: 0,
      outputs: { one: '1', text: 'line 1\n\nline=3', empty: '' },
      env: { STAGE: 'blue' },
      state: { pid: '5' },
      path: ['/opt/a', '/opt/b'],
      summary: '# Done\n',
      annotations: [],
    });
  });

  test.each([
    ['no equals sign', 'lonely\n', "Invalid format 'lonely'"],
    ['no name', '=x\n', "Invalid format '=x'. Name must not be empty"],
    ['an open heredoc', 'a<<END\nb\n', "Invalid value. Matching delimiter not found 'END'"],
  ])('an output file with %s fails the step', async (_, text, message) => {
    const result = await run(`append("OUTPUT", ${JSON.stringify(text)})`);
    expect(result).toMatchObject({ conclusion: 'failure', exit: 1, outputs: {} });
    expect(result.annotations.map((annotation) => annotation.message)).toEqual([
      "Unable to process file command 'output' successfully.",
      message,
    ]);
  });

  test('NODE_OPTIONS is refused in the environment file', async () => {
    const result = await run('append("ENV", "NODE_OPTIONS=--inspect\\nOK=1\\n")');
    expect(result).toMatchObject({ conclusion: 'failure', env: { OK: '1' } });
  });

  test('a summary over one mebibyte is dropped with an error, the step does not fail', async () => {
    const result = await run('append("STEP_SUMMARY", "x".repeat(1024 * 1024 + 1))');
    expect(result).toMatchObject({ conclusion: 'success', exit: 0, summary: '' });
    expect(result.annotations[0]?.message).toContain('content up to a size of 1024k, got 1025k');
  });

  test('an exit code fails the step, and outputs so far count', async () => {
    const result = await run('append("OUTPUT", "state=failed\\n"); process.exitCode = 3');
    expect(result).toMatchObject({ conclusion: 'failure', exit: 3, outputs: { state: 'failed' } });
    expect(result.annotations).toEqual([]);
  });

  test('RUNNER_TEMP stays only when an output names a file in it', async () => {
    const named = await run('append("OUTPUT", "rendered=" + env.RUNNER_TEMP + "/x.yml\\n")');
    const unnamed = await run('append("OUTPUT", "x=1\\n")');
    expect(existsSync(named.temp ?? '')).toBe(true);
    rmSync(dirname(named.temp ?? ''), { recursive: true });
    expect(unnamed.temp).toBeUndefined();
  });
});

describe('the log', () => {
  test('annotations carry their place, decoded, from both streams', async () => {
    const result = await run(`
      console.log("::error file=a%2Cb.yml,line=3,col=7,title=Bad%3A key::first%0Asecond %2525");
      console.error("::warning::from stderr");
      console.log("  ::notice title=Hi::note");`);
    expect(result.annotations).toEqual(
      expect.arrayContaining([
        {
          level: 'error',
          file: 'a,b.yml',
          line: 3,
          column: 7,
          title: 'Bad: key',
          message: 'first\nsecond %25',
        },
        { level: 'warning', message: 'from stderr' },
        { level: 'notice', title: 'Hi', message: 'note' },
      ]),
    );
    expect(result.log).toContain('##[error]first\nsecond %25\n');
  });

  test('ten annotations of a level are kept, the rest only logged', async () => {
    const result = await run('for (let n = 1; n < 13; n++) console.log("::notice::n" + n)');
    expect(result.annotations).toHaveLength(10);
    expect(result.log).toContain('##[notice]n12');
  });

  test('commands are text between stop-commands and its token', async () => {
    const result = await run(
      'for (const line of ["::stop-commands::T0k", "::error::no", "::t0k::", "::error::yes"]) console.log(line)',
    );
    expect(result.annotations.map(({ message }) => message)).toEqual(['yes']);
    expect(result.log).toContain('::error::no');
  });

  test('debug lines show only when asked for', async () => {
    const script = 'console.log("::debug::detail")';
    expect((await run(script)).log).not.toContain('detail');
    expect((await run(script, { debug: true })).log).toContain('##[debug]detail');
  });

  test('the token and added masks show nowhere, in no usual encoding', async () => {
    const token = 'ghs_canary/1234=';
    const result = await run(
      `
      const t = env["INPUT_GITHUB-TOKEN"];
      console.log("plain", t, encodeURIComponent(t), Buffer.from("x-access-token:" + t).toString("base64"));
      console.log("::add-mask::one%0Atwo");
      console.log("one and two"); console.log("::error::" + t);
      append("STEP_SUMMARY", t);`,
      { token },
    );
    const seen = [result.log, result.summary, JSON.stringify(result.annotations)].join('\n');
    expect(seen).not.toMatch(/canary|one|two|Z2hzX2Nhbm|hzX2NhbmFy/);
    expect(result.log).toContain('*** and ***');
    expect(result.summary).toBe('***');
  });

  test('unknown and deprecated inputs are warned of as GitHub does', async () => {
    const result = await run('', { inputs: { wheree: 'x', old: 'y' } });
    expect(result.annotations.map(({ message }) => message)).toEqual([
      "Unexpected input(s) 'wheree', valid inputs are ['script', 'github-token', 'where', 'two words', 'old']",
      "Input 'old' has been deprecated with message: use new",
    ]);
  });
});

describe('ending a step', () => {
  const ladder = { interrupt: 300, terminate: 300 };

  async function cancelled(script: string): Promise<StepResult> {
    const onLine = (line: string) => line === 'ready' && step.cancel();
    const step = startStep(stepOptions(script, { ladder, onLine }));
    return step.finished;
  }

  test('SIGINT comes first, and an action that stops at it can still write', async () => {
    const result = await cancelled(`
      process.on("SIGINT", () => { append("OUTPUT", "state=checkpoint\\n"); process.exit(1); });
      setInterval(() => {}, 1000); console.log("ready");`);
    expect(result).toMatchObject({ conclusion: 'cancelled', outputs: { state: 'checkpoint' } });
    expect(result.wallMs).toBeLessThan(5000);
  });

  test('comes to nothing once it has ended', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const step = startStep(stepOptions('console.log("done");', { ladder }));
    await step.finished;
    const before = timers();
    step.cancel();
    expect(timers()).toBe(before);
  });

  test('SIGTERM comes after SIGINT was not obeyed', async () => {
    const result = await cancelled(`
      process.on("SIGINT", () => console.log("not yet"));
      process.on("SIGTERM", () => { console.log("now"); process.exit(0); });
      setInterval(() => {}, 1000); console.log("ready");`);
    expect(result.log).toMatch(/not yet\nnow\n/);
    expect(result.conclusion).toBe('cancelled');
  });

  test('the whole tree is killed in the end', async () => {
    const result = await cancelled(`
      process.on("SIGINT", () => {}); process.on("SIGTERM", () => {});
      const { spawn } = await import("node:child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      append("OUTPUT", "pid=" + child.pid + "\\n");
      setInterval(() => {}, 1000); console.log("ready");`);
    expect(result.exit).toBe(137);
    expect(isRunning(Number(result.outputs.pid))).toBe(false);
  });

  test('a timeout cancels and says so', async () => {
    const result = await run('setInterval(() => {}, 1000)', { timeout: 300, ladder });
    expect(result.conclusion).toBe('failure');
    expect(result.annotations.at(-1)?.message).toMatch(/^The action 'echo' has timed out/);
  });

  test('a process left behind is ended with the job, unless it shed the tracking id', async () => {
    const result = await run(`
      const { spawn } = await import("node:child_process");
      const start = (more) => spawn(process.execPath, ["-e", "setTimeout(() => {}, 20000)"],
        { stdio: "ignore", detached: true, env: { ...env, ...more } });
      const [left, shed] = [start({}), start({ RUNNER_TRACKING_ID: "" })];
      left.unref(); shed.unref();
      append("OUTPUT", "left=" + left.pid + "\\nshed=" + shed.pid + "\\n");`);
    const shed = Number(result.outputs.shed);
    expect(isRunning(Number(result.outputs.left))).toBe(false);
    expect(isRunning(shed)).toBe(true);
    process.kill(shed, 'SIGKILL');
  });
});

test('an action that does not exist is answered with the nearest name', async () => {
  const error = await run('', { action: 'eco' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).problems[0]?.hint).toBe('Did you mean echo?');
});

/** Zombies do not run: who inherits them here may be slow to reap. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
