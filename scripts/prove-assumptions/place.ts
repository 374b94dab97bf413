import { type Answer, at, type GitHub, items } from './github.ts';

/** Where everything is made that is made: below one folder of refs, one of branches, and in one environment. */
export interface Place {
  readonly github: GitHub;
  /** Name of a ref of this run, without `refs/`. */
  ref(name: string): string;
  /** Name of a branch of this run. */
  branch(name: string): string;
  /** Makes a commit that no ref holds; without a parent it is the first of a chain. Its text is its one file. */
  commit(text: string, parent?: string): Promise<string>;
  create(ref: string, sha: string): Promise<Answer>;
  move(ref: string, sha: string, force?: boolean): Promise<Answer>;
  /** Where a ref is; `undefined` where there is none. */
  tip(ref: string): Promise<string | undefined>;
}

/** An environment stays when its deployments are gone: a workflow's token may not remove it. */
export const environment = 'understudy-prove';
export const recordFile = 'record.json';
const refFolder = 'understudy/prove';
const branchFolder = 'understudy-prove';

/** The place of one run. */
export function placeOf(github: GitHub, run: string): Place {
  return {
    github,
    ref: (name) => `${refFolder}/${run}/${name}`,
    branch: (name) => `${branchFolder}/${run}/${name}`,
    commit: (text, parent) => commit(github, text, parent),
    create: (ref, sha) => github.send('POST', 'git/refs', { body: { ref: `refs/${ref}`, sha } }),
    move: (ref, sha, force = false) =>
      github.send('PATCH', `git/refs/${ref}`, { body: { sha, force } }),
    tip: async (ref) => {
      const answer = await github.send('GET', `git/ref/${ref}`);
      const sha = at(answer, 'object', 'sha');
      return typeof sha === 'string' ? sha : undefined;
    },
  };
}

async function commit(github: GitHub, text: string, parent: string | undefined): Promise<string> {
  const file = { path: recordFile, mode: '100644', type: 'blob', content: text };
  const tree = await github.send('POST', 'git/trees', { body: { tree: [file] } });
  const person = { name: 'prover', email: 'prover@example.invalid', date: '2026-01-01T00:00:00Z' };
  const made = await github.send('POST', 'git/commits', {
    body: {
      message: text,
      tree: at(tree, 'sha'),
      parents: parent === undefined ? [] : [parent],
      author: person,
      committer: person,
    },
  });
  const sha = at(made, 'sha');
  if (typeof sha !== 'string') throw new Error(`no commit was made: ${made.status}`);
  return sha;
}

/** Removes all that a run made, and what earlier runs left behind; what could not be removed. */
export async function clear(github: GitHub): Promise<string[]> {
  const left: string[] = [];
  await closePulls(github);
  for (const folder of [refFolder, `heads/${branchFolder}`]) {
    const prefix = `${folder}/`;
    for (const { ref } of await listed(github, `git/matching-refs/${prefix}`)) {
      const path = String(ref).split('/').map(encodeURIComponent).join('/');
      const answer = await github.send('DELETE', `git/${path}`);
      if (answer.status !== 204 && answer.status !== 422) left.push(String(ref));
    }
  }
  for (const { id } of await listed(github, `deployments?environment=${environment}`)) {
    const body = { state: 'inactive' };
    await github.send('POST', `deployments/${String(id)}/statuses`, { body });
    const answer = await github.send('DELETE', `deployments/${String(id)}`);
    if (answer.status !== 204 && answer.status !== 404) left.push(`deployment ${String(id)}`);
  }
  return left;
}

async function closePulls(github: GitHub): Promise<void> {
  for (const pull of await listed(github, 'pulls?state=open')) {
    const head = String(at({ body: pull }, 'head', 'ref'));
    if (!head.startsWith(`${branchFolder}/`)) continue;
    await github.send('PATCH', `pulls/${String(pull.number)}`, { body: { state: 'closed' } });
  }
}

/** All pages of a list. */
export async function listed(github: GitHub, path: string): Promise<Answer['body'][]> {
  const all: Answer['body'][] = [];
  for (let page = 1; ; page += 1) {
    const mark = path.includes('?') ? '&' : '?';
    const answer = await github.send('GET', `${path}${mark}per_page=100&page=${page}`);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    all.push(...items(answer));
    if (!answer.headers.get('link')?.includes('rel="next"')) return all;
  }
}
