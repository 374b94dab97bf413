import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { staleBuilds } from '../../../../src/targets/kubernetes/review-app/build-job.ts';
import { renderApp } from '../../../../src/targets/kubernetes/review-app/render-app.ts';
import {
  foreignSource,
  renderSourceSecret,
} from '../../../../src/targets/kubernetes/review-app/source.ts';
import { build, commit, factsOf } from './app-facts.ts';
import { lastOf, objectsOf, podOf, valuesOf } from './rendered.ts';

const facts = factsOf({ app: { build } });
const stages = renderApp(facts);
const job = lastOf(stages, 'Job');

describe('the Job that builds', () => {
  test('it is told the image to push and the commit, and stands in its source', () => {
    const [container] = podOf(job).spec.containers;
    expect(container).toMatchObject({
      command: ['/kaniko/executor', `--destination=shop:${commit}`],
      workingDir: '/workspace',
    });
    expect(container && valuesOf(container)).toMatchObject({
      IMAGE: `registry.example.com/web:${commit}`,
      COMMIT: commit,
    });
    expect(job.metadata.labels).toMatchObject({ 'understudy.dev/commit': commit });
  });

  test('the token of the source stands in no Job and no stage', () => {
    const secret = renderSourceSecret(facts, 'ghs_canary');
    expect(JSON.stringify(secret)).not.toContain('ghs_canary');
    expect(Buffer.from((secret.data as { header: string }).header, 'base64').toString()).toBe(
      'Authorization: Bearer ghs_canary',
    );
    expect(podOf(job).spec.volumes).toContainEqual(
      expect.objectContaining({
        name: 'token',
        secret: expect.objectContaining({ secretName: `web-source-${commit.slice(0, 8)}` }),
      }),
    );
    expect(stages.flatMap(({ objects }) => objects).map(({ object }) => object.kind)).not.toContain(
      'Secret',
    );
  });

  test('each commit has a token of its own, so that a run that was overtaken takes back its own', () => {
    expect(foreignSource(job, facts)).toBeUndefined();
    const later = factsOf({ app: { build }, marks: { commit: 'b'.repeat(40) } });
    const name = `web-source-${commit.slice(0, 8)}`;
    expect(foreignSource(job, later)).toMatchObject({ kind: 'Secret', name });
  });

  test('another way to build the same commit is another Job', () => {
    const other = renderApp(factsOf({ app: { build: { ...build, command: ['other'] } } }));
    expect(lastOf(other, 'Job').metadata.name).not.toBe(job.metadata.name);
  });
});

describe('builds that are no longer wanted', () => {
  const old = lastOf(
    renderApp(factsOf({ app: { build }, marks: { commit: 'b'.repeat(40) } })),
    'Job',
  );

  test('are those of other commits', () => {
    expect(staleBuilds([old, job], facts, stages)).toEqual([old]);
  });

  test('are those of this commit that another run began with other settings, unless they are complete', () => {
    const other = factsOf({ app: { build }, settings: { imagePullSecrets: ['harbor'] } });
    expect(staleBuilds([job], other, renderApp(other))).toEqual([job]);
    const done = { ...job, status: { conditions: [{ type: 'Complete', status: 'True' }] } };
    expect(staleBuilds([done], other, [])).toEqual([]);
  });

  test('are never those of another service, nor Jobs that do not build', () => {
    const api = lastOf(renderApp(factsOf({ app: { build }, service: { name: 'api' } })), 'Job');
    const migrate = { command: ['m'], timeout: build.timeout };
    const [migration] = objectsOf(renderApp(factsOf({ app: { migrate } })), 'migrate');
    expect(migration && staleBuilds([api, migration], facts, stages)).toEqual([]);
  });
});

describe('fetching the source, with the tools that images have', () => {
  let folder = '';
  const requests: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.authorization);
    if (request.url?.startsWith('/repos/')) response.writeHead(302, { location: '/archive' }).end();
    else response.end(readFileSync(join(folder, 'source.tar.gz')));
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-source-'));
    requests.length = 0;
    const top = join(folder, 'octo-org-shop-4f2c');
    mkdirSync(join(top, 'app'), { recursive: true });
    writeFileSync(join(top, 'app/main.js'), 'run()', { mode: 0o600 });
    symlinkSync('/nowhere', join(top, 'link'));
    execFileSync('tar', [
      '-C',
      folder,
      '-czf',
      join(folder, 'source.tar.gz'),
      'octo-org-shop-4f2c',
    ]);
    for (const name of ['token', 'fetch', 'workspace', 'bin']) mkdirSync(join(folder, name));
    chmodSync(join(folder, 'workspace'), 0o777);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterEach(async () => {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  const run = async (tools: Readonly<Record<string, string>>) => {
    const { port } = server.address() as AddressInfo;
    const local = { ...facts, sourceApi: `http://127.0.0.1:${port}` };
    const secret = renderSourceSecret(local, 'ghs_canary').data as Record<string, string>;
    for (const [name, text] of Object.entries(secret))
      writeFileSync(join(folder, 'token', name), Buffer.from(text, 'base64'));
    for (const [name, path] of Object.entries(tools)) symlinkSync(path, join(folder, 'bin', name));
    const [fetcher] = podOf(lastOf(renderApp(local), 'Job')).spec.initContainers ?? [];
    const [shell = '', flag = '', script = ''] = fetcher?.command ?? [];
    const inFolder = script.replaceAll('/understudy/', `${folder}/`);
    const environment = {
      ...(fetcher && valuesOf(fetcher)),
      SOURCE_PATH: join(folder, 'workspace'),
    };
    const path = tools[shell] ?? '/bin/sh';
    await promisify(execFile)(
      path,
      path.endsWith('busybox') ? ['sh', flag, inFolder] : [flag, inFolder],
      {
        env: { ...environment, PATH: join(folder, 'bin') } as NodeJS.ProcessEnv,
      },
    );
  };
  const common = Object.fromEntries(
    ['tar', 'gzip', 'rm', 'find', 'chmod', 'grep', 'cat'].map((name) => [name, `/bin/${name}`]),
  );
  const find = (name: string) =>
    execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();

  const usual = ['tar', 'gzip', 'rm', 'find', 'chmod', 'grep', 'cat'];
  test.each([
    ['curl', [...usual, 'curl']],
    ["GNU's wget", [...usual, 'wget']],
  ])('%s sends the token, and what is unpacked may be changed by any user', async (_, tools) => {
    await run({ ...common, ...Object.fromEntries(tools.map((name) => [name, find(name)])) });
    const file = join(folder, 'workspace/app/main.js');
    expect(readFileSync(file, 'utf8')).toBe('run()');
    expect(statSync(file).mode & 0o777).toBe(0o666);
    expect(requests[0]).toBe('Bearer ghs_canary');
  });

  test('BusyBox alone does as well', async () => {
    const tools = ['sh', 'wget', 'tar', 'gzip', 'gunzip', 'rm', 'find', 'chmod', 'grep', 'cat'];
    await run(Object.fromEntries(tools.map((name) => [name, find('busybox')])));
    expect(readFileSync(join(folder, 'workspace/app/main.js'), 'utf8')).toBe('run()');
    expect(requests[0]).toBe('Bearer ghs_canary');
  });

  test('a source that is not there fails the build', async () => {
    const tools = Object.fromEntries([...usual, 'curl'].map((name) => [name, find(name)]));
    rmSync(join(folder, 'source.tar.gz'));
    writeFileSync(join(folder, 'source.tar.gz'), 'not an archive');
    await expect(run(tools)).rejects.toThrow();
  });
});
