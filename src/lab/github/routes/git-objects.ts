import { ApiError, notFound } from '../api-error.ts';
import { isObject, optionalObject, optionalText, optionalTexts, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { objectType, readCommits } from '../commits.ts';
import { git, gitBytes, tryGit } from '../git.ts';
import { listTree, writeTree } from '../git-trees.ts';
import { writeLoose } from '../loose-objects.ts';
import type { Answer, Context, Route } from '../route.ts';
import { nodeId } from '../views/account.ts';
import { gitCommitView } from '../views/commit.ts';
import { apiOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';

const base = '/repos/{owner}/{repo}/git';
const read = { contents: 'read' } as const;
const write = { contents: 'write' } as const;

/** Blobs, trees, commits and tags of the git database. */
export const gitObjectRoutes: readonly Route[] = [
  { method: 'POST', path: `${base}/blobs`, permission: write, handle: createBlob },
  { method: 'GET', path: `${base}/blobs/{sha}`, permission: read, handle: blob },
  { method: 'POST', path: `${base}/trees`, permission: write, handle: createTree },
  { method: 'GET', path: `${base}/trees/{sha}`, permission: read, handle: tree },
  { method: 'POST', path: `${base}/commits`, permission: write, handle: createCommit },
  { method: 'GET', path: `${base}/commits/{sha}`, permission: read, handle: commit },
  { method: 'POST', path: `${base}/tags`, permission: write, handle: createTag },
  { method: 'GET', path: `${base}/tags/{sha}`, permission: read, handle: tag },
];

function directoryOf({ world, repository }: Context): string {
  return gitDirectory(world, repository);
}

/** GitHub has no git database before the first commit. */
function refuseEmpty({ repository }: Context): void {
  const none = Object.keys(repository.refs).length === 0;
  if (none) throw new ApiError(409, 'Git Repository is empty.');
}

async function createBlob(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const content = requiredText(context, 'content');
  const encoding = optionalText(context, 'encoding') ?? 'utf-8';
  const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  const sha = writeLoose(directoryOf(context), 'blob', bytes);
  const url = `${apiOf(context.world, context.repository)}/git/blobs/${sha}`;
  return { status: 201, body: { sha, url } };
}

async function blob(context: Context): Promise<Answer> {
  const { world, repository, params } = context;
  const sha = params.sha ?? '';
  if ((await objectType(directoryOf(context), sha)) !== 'blob') throw notFound();
  const bytes = await gitBytes(directoryOf(context), ['cat-file', 'blob', sha]);
  if (/\braw\b/.test(context.accept)) return { status: 200, body: bytes };
  const body = {
    sha,
    node_id: nodeId('Blob', sha),
    size: bytes.length,
    url: `${apiOf(world, repository)}/git/blobs/${sha}`,
    content: wrapped(bytes),
    encoding: 'base64',
  };
  return { status: 200, body };
}

/** Base64 in lines of 60, each with its end, as GitHub has it. */
export function wrapped(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{1,60}/g, '$&\n');
}

async function createTree(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const entries = context.body.tree;
  if (!Array.isArray(entries)) throw new ApiError(422, 'Invalid tree info');
  const sha = await writeTree(
    directoryOf(context),
    optionalText(context, 'base_tree'),
    entries.filter(isObject),
  );
  return { status: 201, body: await treeBody(context, sha, false) };
}

async function tree(context: Context): Promise<Answer> {
  const name = context.params.sha ?? '';
  const directory = directoryOf(context);
  const safe = /^[\w./-]+$/.test(name) && !name.startsWith('-');
  const args = ['rev-parse', '--verify', '--quiet', `${name}^{tree}`];
  const sha = safe ? (await tryGit(directory, args))?.trim() : undefined;
  if (!sha) throw notFound();
  return { status: 200, body: await treeBody(context, sha, context.query.has('recursive')) };
}

async function treeBody(context: Context, sha: string, recursive: boolean) {
  const api = `${apiOf(context.world, context.repository)}/git`;
  const entries = await listTree(directoryOf(context), sha, recursive);
  const listed = entries.map((entry) => ({
    ...entry,
    ...(entry.type !== 'commit' && { url: `${api}/${entry.type}s/${entry.sha}` }),
  }));
  const kept = recursive ? listed.slice(0, listable(listed)) : listed;
  const url = `${api}/trees/${sha}`;
  return { sha, url, tree: kept, truncated: kept.length < listed.length };
}

/** How many entries GitHub lists of a whole tree: 100,000 at most, and 7 MB. */
function listable(entries: readonly object[]): number {
  let room = 7_000_000;
  const over = entries.findIndex((entry, index) => {
    room -= JSON.stringify(entry).length + 1;
    return room < 0 || index >= 100_000;
  });
  return over < 0 ? entries.length : over;
}

async function createCommit(context: Context): Promise<Answer> {
  refuseEmpty(context);
  const directory = directoryOf(context);
  const message = requiredText(context, 'message');
  const treeSha = requiredText(context, 'tree');
  const parents = optionalTexts(context, 'parents') ?? [];
  if ((await objectType(directory, treeSha)) !== 'tree') {
    throw new ApiError(422, 'Tree SHA does not exist');
  }
  for (const parent of parents) {
    if ((await objectType(directory, parent)) !== 'commit') {
      throw new ApiError(422, 'Parent SHA does not exist or is not a commit object');
    }
  }
  const author = signature(context, 'author');
  const committer = context.body.committer ? signature(context, 'committer') : author;
  const lines = [
    `tree ${treeSha}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author}`,
    `committer ${committer}`,
  ];
  const sha = writeLoose(directory, 'commit', `${lines.join('\n')}\n\n${message}`);
  return { ...(await shownCommit(context, sha)), status: 201 };
}

/** A person and time as git writes them; what is absent is the caller and now. */
function signature(context: Context, field: string): string {
  const given = optionalObject(context, field) ?? {};
  const { login } = context.token;
  const clean = (value: unknown, fallback: string) =>
    typeof value === 'string' ? value.replace(/[<>\n\0]/g, '').trim() || fallback : fallback;
  const name = clean(given.name, login);
  const email = clean(given.email, `${login}@users.noreply.github.com`);
  const date = Date.parse(clean(given.date, timestamp(context.world.clock)));
  if (Number.isNaN(date)) throw new ApiError(422, `Invalid date in ${field}`);
  return `${name} <${email}> ${Math.floor(date / 1000)} +0000`;
}

function commit(context: Context): Promise<Answer> {
  return shownCommit(context, context.params.sha ?? '');
}

async function shownCommit(context: Context, sha: string): Promise<Answer> {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw notFound();
  const [found] = await readCommits(directoryOf(context), [sha]);
  if (!found) throw notFound();
  return { status: 200, body: gitCommitView(context.world, context.repository, found) };
}

async function createTag(context: Context): Promise<Answer> {
  const directory = directoryOf(context);
  const object = requiredText(context, 'object');
  const type = requiredText(context, 'type');
  if ((await objectType(directory, object)) !== type)
    throw new ApiError(422, 'Object does not exist');
  const lines = [
    `object ${object}`,
    `type ${type}`,
    `tag ${requiredText(context, 'tag')}`,
    `tagger ${signature(context, 'tagger')}`,
  ];
  const input = `${lines.join('\n')}\n\n${requiredText(context, 'message')}\n`;
  const made = await tryGit(directory, ['hash-object', '-t', 'tag', '-w', '--stdin'], { input });
  if (!made) throw new ApiError(422, 'Invalid tag');
  return { status: 201, body: await tagBody(context, made.trim()) };
}

async function tag(context: Context): Promise<Answer> {
  const sha = context.params.sha ?? '';
  if ((await objectType(directoryOf(context), sha)) !== 'tag') throw notFound();
  return { status: 200, body: await tagBody(context, sha) };
}

async function tagBody(context: Context, sha: string) {
  const text = await git(directoryOf(context), ['cat-file', 'tag', sha]);
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const tagger = /^(.*) <(.*)> (\d+)/.exec(field('tagger')) ?? [];
  const api = `${apiOf(context.world, context.repository)}/git`;
  const date = new Date(Number(tagger[3] ?? 0) * 1000).toISOString().replace('.000', '');
  return {
    node_id: nodeId('Tag', sha),
    sha,
    url: `${api}/tags/${sha}`,
    tag: field('tag'),
    message: text.slice(text.indexOf('\n\n') + 2).trimEnd(),
    tagger: { name: tagger[1] ?? '', email: tagger[2] ?? '', date },
    object: {
      sha: field('object'),
      type: field('type'),
      url: `${api}/${field('type')}s/${field('object')}`,
    },
  };
}
