import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requestsOf, tokenWith } from '../../../github/connected.ts';
import { type Lab, repository } from '../../../lab/github/lab.ts';
import {
  acted,
  branchOf,
  fileOn,
  now,
  open,
  orderFor,
  production,
  productionFile,
  pullsOf,
  push,
  type Repository,
  repo,
  settings,
  startRepository,
} from './site.ts';

let lab: Lab;
let token: string;
let nextOrder: Repository['nextOrder'];
beforeAll(async () => {
  ({ lab, token, nextOrder } = await startRepository());
});
afterAll(() => lab.close());

/** Bytes as git has them; `fileOn` trims. */
const bytes = (branch: string, path: string) =>
  execFileSync('git', ['show', `origin/${branch}:${path}`], { cwd: lab.clone }).toString('latin1');

describe('a promotion by pull request', () => {
  test('opens one from a commit upon the tip of the base, with all other bytes as they were', async () => {
    const order = nextOrder();
    const { id, version } = order.promotion;
    const effect = await acted(open(lab, {}, token), order);
    const [pull, ...others] = await pullsOf(lab, order);
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ kind: 'pull-request', reference: String(pull?.number) });
    expect(effect.url).toBe(`${lab.github.url}/${repository}/pull/${pull?.number}`);
    expect(pull).toMatchObject({ title: `Promote production to ${version}`, state: 'open' });
    expect(pull?.body).toContain(`<!-- understudy:promotion:${id} -->`);
    expect(pull?.body).toContain('starts no workflow by itself');
    fileOn(lab, branchOf(order), productionFile);
    const wanted = Buffer.from(production.replace('"v1"', `"${version}"`)).toString('latin1');
    expect(bytes(branchOf(order), productionFile)).toBe(wanted);
    const branch = `origin/${branchOf(order)}`;
    expect(lab.git('rev-parse', `${branch}^`)).toBe(lab.git('rev-parse', 'main'));
    expect(lab.git('diff', '--name-only', 'main', branch)).toBe(productionFile);
    const message = lab.git('log', '-1', '--format=%(trailers)', branch);
    expect(message).toContain(`Understudy-Promotion: ${id}`);
  });

  test('edits several files in one commit, and keeps what may be run so', async () => {
    const script = join(lab.clone, 'bin/deploy.yaml');
    push(lab, { 'bin/deploy.yaml': 'v: one # ours\n', 'apps/web.json': '{"a": {"tag": "one"}}\n' });
    chmodSync(script, 0o755);
    push(lab, {});
    const edits = [
      ...settings.edits,
      { file: 'bin/deploy.yaml', edit: { kind: 'marker', marker: 'ours', value: '{stage}' } },
      { file: 'apps/web.json', edit: { kind: 'path', path: 'a.tag', value: 'is-{version}' } },
    ] as const;
    const order = nextOrder();
    await acted(open(lab, { edits }), order);
    const web = fileOn(lab, branchOf(order), 'apps/web.json');
    expect(web).toBe(`{"a": {"tag": "is-${order.promotion.version}"}}`);
    expect(fileOn(lab, branchOf(order), 'bin/deploy.yaml')).toBe('v: production # ours');
    const branch = `origin/${branchOf(order)}`;
    expect(lab.git('ls-tree', branch, 'bin/deploy.yaml')).toMatch(/^100755/);
    expect(lab.git('rev-list', '--count', `main..${branch}`)).toBe('1');
  });

  test('is done at once where the base has the version already', async () => {
    const order = orderFor('v1');
    const { way } = open(lab);
    const effect = await acted(open(lab), order);
    expect(effect).toMatchObject({ kind: 'commit', doneAt: now });
    expect(await pullsOf(lab, order)).toEqual([]);
    const seen = { state: 'done', evidence: 'main already has it' };
    expect(await way.look(order, effect)).toMatchObject(seen);
    expect(await way.proceed?.(order, effect)).toBeUndefined();
    await way.tidy?.(order, effect, 'aborted');
  });

  test('refuses a workflow before anything is asked', () => {
    const edit = { kind: 'path', path: 'a', value: 'b' } as const;
    const edits = [
      { file: '.github/workflows/ci.yml', edit },
      { file: '../x', edit },
    ];
    expect(() => open(lab, { edits })).toThrow('is a workflow');
    expect(() => open(lab, { edits })).toThrow('"../x" is no path in the repository');
  });

  test.each([
    ['a file that is not there', 'envs/nowhere.yaml', 'main has no file envs/nowhere.yaml'],
    ['a file below a file', 'README.md/x', 'main has no file README.md/x'],
    ['a link', 'link.yaml', 'link.yaml on main is no ordinary file'],
    ['bytes that are no text', 'bytes.yaml', 'bytes.yaml on main is not UTF-8 text'],
    ['a path that is not there', 'web/index.html', 'the path image.tag is not there'],
  ])('says so for %s, and makes nothing', async (_name, file, evidence) => {
    lab.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    const readme = lab.git('rev-parse', 'HEAD:README.md');
    lab.git('update-index', '--add', '--cacheinfo', `120000,${readme},link.yaml`);
    const latin = { cwd: lab.clone, input: Buffer.from([0x61, 0x3a, 0x20, 0xe4, 0x0a]) };
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], latin).toString().trim();
    lab.git('update-index', '--add', '--cacheinfo', `100644,${blob},bytes.yaml`);
    const tree = lab.git('write-tree');
    const commit = lab.git('commit-tree', tree, '-p', 'HEAD', '-m', 'Odd files');
    lab.git('push', '--quiet', 'origin', `${commit}:refs/heads/odd`);
    lab.git('reset', '--quiet', '--hard');
    const edits = settings.edits.map(({ edit }) => ({ file, edit }));
    const order = nextOrder();
    const act = await open(lab, { edits, base: file.includes('/') ? 'main' : 'odd' }).way.act(
      order,
    );
    expect(act).toMatchObject({ kind: 'failed', transient: false });
    expect('evidence' in act && act.evidence.replace('odd', 'main')).toContain(evidence);
    expect(lab.git('ls-remote', 'origin', branchOf(order))).toBe('');
    lab.git('push', '--quiet', '--delete', 'origin', 'odd');
  });

  test('says so when there is no base', async () => {
    const act = await open(lab, { base: 'nowhere' }).way.act(nextOrder());
    expect(act).toMatchObject({ kind: 'failed', transient: false });
    expect('evidence' in act && act.evidence).toContain('there is no branch nowhere');
  });

  test('asks for labels and reviewers; one that is refused is a warning', async () => {
    const trimmings = { labels: ['promotion', 'to-{stage}'], reviewers: ['stranger', 'octocat'] };
    const site = open(lab, trimmings, token);
    const order = nextOrder();
    await acted(site, order);
    const [pull] = await pullsOf(lab, order);
    expect(pull?.labels.map(({ name }) => name)).toEqual(['promotion', 'to-production']);
    expect(pull?.requested_reviewers.map(({ login }) => login)).toEqual(['octocat']);
    expect(site.warnings).toHaveLength(1);
    expect(site.warnings[0]).toContain('stranger cannot be asked for a review');
  });

  test('writes title, body and message from templates, with the texts of versions made safe', async () => {
    const site = open(lab, {
      title: 'Ship {short-version} to {environment}\nnow',
      body: '{stage} gets {version} by {promotion}\n\n{gates}\n\n{unknown}',
      message: 'chore: {stage} {version}',
    });
    const evidence = [{ gate: 'soak', state: 'passed', evidence: '24h | by @ada <b>' }];
    const order = orderFor('v2`@ada`', { evidence });
    await acted(site, order);
    const [pull] = await pullsOf(lab, order);
    expect(pull?.title).toBe('Ship v2`@ada` to production now');
    expect(pull?.body).toContain('production gets `` v2`@ada` `` by');
    expect(pull?.body).toContain('| soak | passed | 24h \\| by @\u200bada \\<b\\> |');
    expect(pull?.body).toContain('{unknown}');
    const { body } = await lab.call('GET', `${repo}/git/commits/${pull?.head.sha}`);
    expect(body.message).toMatch(/^chore: production v2`@ada`\n\nUnderstudy-Promotion: /);
  });

  test('opens a draft where that is asked for, and leaves it one', async () => {
    const { way } = open(lab, { draft: true, merge: 'merge' });
    const order = nextOrder();
    const effect = await acted(open(lab, { draft: true }), order);
    const seen = { state: 'open', evidence: `pull request #${effect.reference} is a draft` };
    expect(await way.look(order, effect)).toMatchObject(seen);
    expect(await way.proceed?.(order, effect)).toContain('draft');
  });

  test('says which permission is missing, and leaves no branch', async () => {
    const little = await tokenWith(lab, { contents: 'write', pull_requests: 'read' });
    const order = nextOrder();
    const refused = await open(lab, {}, little).way.act(order);
    expect(lab.git('ls-remote', 'origin', branchOf(order))).toBe('');
    expect(refused).toMatchObject({ kind: 'failed', transient: false });
    expect('evidence' in refused && refused.evidence).toContain('`pull-requests: write`');
  });

  test('takes one request to find, seven to act with one file, and one to look', async () => {
    const site = open(lab);
    const order = nextOrder();
    await requestsOf(lab);
    await site.way.find(order);
    expect(await requestsOf(lab)).toHaveLength(1);
    const effect = await acted(site, order);
    const sent = await requestsOf(lab);
    expect(sent.map((line) => line.replace(/[0-9a-f]{40}.*/, 'ID'))).toEqual([
      'GET /branches/main 200',
      'GET /git/trees/ID',
      'GET /git/blobs/ID',
      'POST /git/trees 201',
      'POST /git/commits 201',
      'POST /git/refs 201',
      'POST /pulls 201',
    ]);
    await site.way.look(order, effect);
    expect(await requestsOf(lab)).toHaveLength(1);
  });

  test('finds its file in a repository too big for GitHub to list', async () => {
    const blob = lab.git('rev-parse', 'HEAD:README.md');
    // Few and long, for less work: it lists 7 MB.
    const names = Array.from({ length: 17_000 }, (_, i) => `f${i}-${'x'.repeat(240)}`);
    const mktree = (input: string) =>
      execFileSync('git', ['mktree'], { cwd: lab.clone, input }).toString().trim();
    const many = mktree(names.map((name) => `100644 blob ${blob}\t${name}\n`).join(''));
    const tree = mktree(`${lab.git('ls-tree', 'HEAD')}\n040000 tree ${many}\tbig\n`);
    const commit = lab.git('commit-tree', tree, '-p', 'HEAD', '-m', 'Many');
    lab.git('push', '--quiet', 'origin', `${commit}:refs/heads/big`);
    const order = nextOrder();
    await acted(open(lab, { base: 'big' }), order);
    const text = fileOn(lab, branchOf(order), productionFile);
    expect(text).toContain(`"${order.promotion.version}"`);
    const asked = await requestsOf(lab);
    expect(asked.filter((line) => line.startsWith('GET /git/trees/'))).toHaveLength(3);
  });
});
