import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { findLogin } from '../../../../src/targets/kubernetes/connect/find-login.ts';
import { parseYaml } from '../../../../src/targets/kubernetes/manifests/parse-yaml.ts';
import { connect, folder, give, kubeconfig, refuse, serve } from './api-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const { signal } = new AbortController();

function find(
  environment: Record<string, string>,
  more: { context?: string; inside?: string } = {},
) {
  const { context, inside = '/nowhere' } = more;
  return findLogin({
    environment,
    serviceAccountFolder: inside,
    parseYaml: async (text) => parseYaml(text),
    ...(context && { context }),
  });
}

async function problemOf(found: Promise<unknown>) {
  const thrown = await found.catch((cause: unknown) => cause);
  expect(thrown).toBeInstanceOf(UserError);
  const [problem] = (thrown as UserError).problems;
  return `${problem?.message}\n${problem?.hint}`;
}

const yaml = `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: a
  cluster: { server: "https://a.example.com/", certificate-authority: ca.crt }
- name: b
  cluster: { server: "https://b.example.com", proxy-url: "http://proxy:3128" }
users:
- name: u
  user: { tokenFile: secrets/token }
contexts:
- name: one
  context: { cluster: a, user: u }
- name: two
  context: { cluster: b, user: u }
- name: lost
  context: { cluster: c, user: u }
`;

describe('the login', () => {
  test('is that of the current context; paths are relative to the file', async () => {
    const path = folder(closing);
    writeFileSync(join(path, 'config'), yaml);
    const login = await find({ KUBECONFIG: join(path, 'config') });
    expect(login.cluster).toMatchObject({
      server: 'https://a.example.com',
      caFile: join(path, 'ca.crt'),
    });
    expect(login.user.tokenFile).toBe(join(path, 'secrets/token'));
  });

  test('is that of the context asked for', async () => {
    const path = join(folder(closing), 'config');
    writeFileSync(path, yaml);
    const { cluster } = await find({ KUBECONFIG: path }, { context: 'two' });
    expect(cluster).toMatchObject({
      server: 'https://b.example.com',
      proxyUrl: 'http://proxy:3128',
    });
  });

  test('may be put together from several files, of which the first has its way and missing ones do not count', async () => {
    const path = folder(closing);
    writeFileSync(join(path, 'first'), kubeconfig('https://first.example.com'));
    writeFileSync(
      join(path, 'second'),
      kubeconfig('https://second.example.com').replace(
        '"current-context":"preview"',
        '"current-context":"other"',
      ),
    );
    const files = [join(path, 'missing'), join(path, 'first'), join(path, 'second')];
    const { cluster } = await find({ KUBECONFIG: files.join(':') });
    expect(cluster.server).toBe('https://first.example.com');
  });

  test('is looked for in the home folder, then in the pod', async () => {
    const home = folder(closing);
    const account = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    writeFileSync(join(home, 'token'), 'mounted');
    const inside = await find({ HOME: home, ...account }, { inside: home });
    expect(inside.cluster.server).toBe('https://[fd00::1]:6443');
    expect(inside.user.tokenFile).toBe(join(home, 'token'));
    mkdirSync(join(home, '.kube'));
    writeFileSync(join(home, '.kube', 'config'), kubeconfig('https://home.example.com'));
    const atHome = await find({ HOME: home, ...account }, { inside: home });
    expect(atHome.cluster.server).toBe('https://home.example.com');
  });
});

describe('a login that leads nowhere is told with what to do', () => {
  test('no KUBECONFIG at all: how a workflow writes one', async () => {
    expect(await problemOf(find({ HOME: folder(closing) }))).toBe(
      [
        'there is no KUBECONFIG, and this job does not run in a cluster',
        'Write it before this step:',
        'steps:',
        '  - run: |',
        '      printf %s "$CONTENT" > "$RUNNER_TEMP/kubeconfig"',
        '      echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"',
        `    env: { CONTENT: "\${{ secrets.KUBECONFIG }}" }`,
      ].join('\n'),
    );
  });

  test('a file that is missing', async () => {
    expect(await problemOf(find({ KUBECONFIG: '/tmp/nothing/config' }))).toMatch(
      /KUBECONFIG names \/tmp\/nothing\/config, which is not there/,
    );
  });

  test('a context that is not there: those that are', async () => {
    const path = join(folder(closing), 'config');
    writeFileSync(path, yaml);
    expect(await problemOf(find({ KUBECONFIG: path }, { context: 'three' }))).toMatch(
      /no context three\nIts contexts are: one, two, lost/,
    );
    expect(await problemOf(find({ KUBECONFIG: path }, { context: 'lost' }))).toMatch(
      /names the cluster c, which is not there/,
    );
  });

  test.each([
    ['users: [{ token: secret-one }\n:', /:\d+ cannot be read/],
    ['{"users": "secret-one"', /cannot be read/],
    ['just a text: secret-one', /no list `clusters`/],
    ['clusters: [{ name: a, cluster: {} }]', /server is missing/],
  ])('a file that is no KUBECONFIG, without showing what it holds: %s', async (text, told) => {
    const path = join(folder(closing), 'config');
    writeFileSync(path, text);
    const problem = await problemOf(find({ KUBECONFIG: path }));
    expect(problem).toMatch(told);
    expect(problem).not.toContain('secret-one');
  });

  test('a provider that Kubernetes gave up', async () => {
    const user = { 'auth-provider': { name: 'gcp' } };
    const opened = connect('https://127.0.0.1:1', closing, { user });
    expect(await problemOf(opened)).toMatch(/auth-provider gcp.*\n.*gke-gcloud-auth-plugin/);
  });

  test('a proxy of a kind that is not spoken', async () => {
    const path = join(folder(closing), 'config');
    writeFileSync(path, yaml.replace('http://proxy', 'socks5://me:pw@proxy'));
    const { openKube } = await import('../../../../src/targets/kubernetes/connect/open-kube.ts');
    const opened = openKube({ environment: { KUBECONFIG: path }, context: 'two' });
    const problem = await problemOf(opened);
    expect(problem).toMatch(/socks5:\/\/proxy:3128/);
    expect(problem).not.toContain('pw');
  });
});

describe('who asks is shown', () => {
  async function authorizationOf(user: object) {
    const server = await serve((_, answer) => give(answer, 200, {}));
    closing.push(server.close);
    const { kube } = await connect(server.url, closing, { user });
    await kube.send({ method: 'GET', path: '/version' }, signal);
    return server.seen[0]?.headers;
  }

  test('by name and password, and as someone else', async () => {
    const headers = await authorizationOf({
      username: 'ada',
      password: 'pw',
      as: 'system:serviceaccount:understudy:deployer',
      'as-groups': ['a', 'b'],
    });
    expect(headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ada:pw').toString('base64')}`,
      'impersonate-user': 'system:serviceaccount:understudy:deployer',
      'impersonate-group': 'a, b',
    });
  });

  test('by a token in a file, which is read anew when it was replaced', async () => {
    const tokenFile = join(folder(closing), 'token');
    writeFileSync(tokenFile, 'old\n');
    const server = await serve(({ headers }, answer) =>
      headers.authorization === 'Bearer new'
        ? give(answer, 200, {})
        : refuse(answer, 401, 'Unauthorized'),
    );
    closing.push(server.close);
    const { kube } = await connect(server.url, closing, { user: { tokenFile } });
    await expect(kube.send({ method: 'GET', path: '/version' }, signal)).rejects.toThrow(
      /credentials/,
    );
    writeFileSync(tokenFile, 'new\n');
    await kube.send({ method: 'GET', path: '/version' }, signal);
  });
});

describe('a program that signs in', () => {
  /** Writes what it was told, and gives `token-1`, `token-2` … */
  function plugin(script = '') {
    const path = folder(closing);
    const command = join(path, 'sign-in');
    const answer =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-\'$(wc -l < runs | tr -d " ")\'"}}';
    writeFileSync(
      command,
      `#!/bin/sh\ncd '${path}'\necho run >> runs\nprintf %s "$KUBERNETES_EXEC_INFO" > info\n${script}\nprintf %s '${answer}'\n`,
    );
    chmodSync(command, 0o755);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      provideClusterInfo: true,
    };
    return {
      exec,
      runs: () => readFileSync(join(path, 'runs'), 'utf8').split('\n').length - 1,
      info: () => JSON.parse(readFileSync(join(path, 'info'), 'utf8')),
    };
  }

  test('runs once for many requests, and is told the version and the cluster', async () => {
    const { exec, runs, info } = plugin();
    const server = await serve((_, answer) => give(answer, 200, {}));
    closing.push(server.close);
    const { kube } = await connect(server.url, closing, { user: { exec } });
    const get = () => kube.send({ method: 'GET', path: '/version' }, signal);
    await Promise.all([get(), get(), get()]);
    await get();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(
      Array(4).fill('Bearer token-1'),
    );
    expect(runs()).toBe(1);
    expect(info()).toMatchObject({
      apiVersion: exec.apiVersion,
      spec: { interactive: false, cluster: { server: server.url } },
    });
  });

  test('runs once more when its token is refused', async () => {
    const { exec } = plugin();
    const server = await serve(({ headers }, answer) =>
      headers.authorization === 'Bearer token-2'
        ? give(answer, 200, {})
        : refuse(answer, 401, 'Unauthorized'),
    );
    closing.push(server.close);
    const { kube } = await connect(server.url, closing, { user: { exec } });
    await kube.send({ method: 'GET', path: '/version' }, signal);
    expect(server.seen).toHaveLength(2);
  });

  test('that is missing or fails is named, with its own words', async () => {
    const { exec } = plugin('echo "no session" >&2; exit 3');
    const failing = await connect('http://127.0.0.1:1', closing, { user: { exec } });
    const get = { method: 'GET', path: '/version' } as const;
    expect(await problemOf(failing.kube.send(get, signal))).toMatch(/sign-in: no session/);
    const absent = {
      ...exec,
      command: 'no-such-program',
      installHint: 'Install it from example.com',
    };
    const missing = await connect('http://127.0.0.1:1', closing, { user: { exec: absent } });
    expect(await problemOf(missing.kube.send(get, signal))).toMatch(
      /not installed\nInstall it from/,
    );
  });

  test('that hangs ends with the signal', async () => {
    const { exec } = plugin('sleep 0.5');
    const { kube } = await connect('http://127.0.0.1:1', closing, { user: { exec } });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('cancelled')), 50);
    const asked = kube.send({ method: 'GET', path: '/version' }, stop.signal);
    await expect(asked).rejects.toThrow('cancelled');
  });
});
