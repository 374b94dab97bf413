import { notFound, validationFailed } from '../api-error.ts';
import { optionalFlag, optionalText, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { resolveCommit } from '../commits.ts';
import { git } from '../git.ts';
import { pageOf } from '../pagination.ts';
import { moveRefs } from '../pushes.ts';
import type { Answer, Context, Route } from '../route.ts';
import { numberParam } from '../route.ts';
import type { ReleaseState } from '../state.ts';
import { fullName } from '../state.ts';
import { nodeId, userView } from '../views/account.ts';
import { apiOf, eventRepository, htmlOf } from '../views/repository.ts';
import { gitDirectory } from '../world.ts';

const path = '/repos/{owner}/{repo}/releases';
const read = { contents: 'read' } as const;
const write = { contents: 'write' } as const;

/** Releases, without assets. */
export const releaseRoutes: readonly Route[] = [
  { method: 'GET', path, permission: read, handle: list },
  { method: 'POST', path, permission: write, handle: create },
  { method: 'GET', path: `${path}/latest`, permission: read, handle: latest },
  {
    method: 'GET',
    path: `${path}/tags/{tag+}`,
    permission: read,
    handle: (c) => first(c, ({ tag, draft }) => !draft && tag === c.params.tag),
  },
  { method: 'GET', path: `${path}/{id}`, permission: read, handle: (c) => first(c, named(c)) },
  { method: 'PATCH', path: `${path}/{id}`, permission: write, handle: update },
];

function isFull({ draft, prerelease }: ReleaseState): boolean {
  return !draft && !prerelease;
}

/** The one that was made the latest, as long as it is a release; else the newest. */
function latest(context: Context): Answer {
  const { releases, latestRelease } = context.repository;
  const made = releases.find((one) => one.id === latestRelease && isFull(one));
  return made ? { status: 200, body: releaseView(context, made) } : first(context, isFull);
}

function named(context: Context): (release: ReleaseState) => boolean {
  const id = numberParam(context, 'id');
  return (release) => release.id === id;
}

function newestFirst(context: Context): ReleaseState[] {
  return [...context.repository.releases].sort((a, b) => b.id - a.id);
}

function list(context: Context): Answer {
  return pageOf(context, newestFirst(context), (release) => releaseView(context, release));
}

function first(context: Context, fits: (release: ReleaseState) => boolean): Answer {
  const release = newestFirst(context).find(fits);
  if (!release) throw notFound();
  return { status: 200, body: releaseView(context, release) };
}

async function create(context: Context): Promise<Answer> {
  const { world, repository, token } = context;
  const tag = requiredText(context, 'tag_name');
  if (repository.releases.some((one) => one.tag === tag && !one.draft)) {
    throw validationFailed({ resource: 'Release', code: 'already_exists', field: 'tag_name' });
  }
  const release: ReleaseState = {
    id: world.store.nextId(),
    tag,
    target: optionalText(context, 'target_commitish') ?? repository.defaultBranch,
    name: optionalText(context, 'name') ?? tag,
    body: optionalText(context, 'body') ?? null,
    draft: optionalFlag(context, 'draft') ?? false,
    prerelease: optionalFlag(context, 'prerelease') ?? false,
    author: token.login,
    createdAt: timestamp(world.clock),
    publishedAt: null,
  };
  return { ...(await keep(context, release, undefined)), status: 201 };
}

async function update(context: Context): Promise<Answer> {
  const before = context.repository.releases.find(named(context));
  if (!before) throw notFound();
  const release: ReleaseState = {
    ...before,
    tag: optionalText(context, 'tag_name') ?? before.tag,
    name: optionalText(context, 'name') ?? before.name,
    body: optionalText(context, 'body') ?? before.body,
    draft: optionalFlag(context, 'draft') ?? before.draft,
    prerelease: optionalFlag(context, 'prerelease') ?? before.prerelease,
  };
  return keep(context, release, before);
}

/** Keeps a release; leaving the draft makes the tag and is when GitHub says `published`. */
async function keep(
  context: Context,
  given: ReleaseState,
  before: ReleaseState | undefined,
): Promise<Answer> {
  const { world, repository, token } = context;
  const publishing = !given.draft && given.publishedAt === null;
  const latest = latestAfter(context, given, publishing);
  const release = publishing ? { ...given, publishedAt: timestamp(world.clock) } : given;
  if (publishing) await makeTag(context, release);
  world.store.changeRepository(fullName(repository), (state) => ({
    ...state,
    releases: [...state.releases.filter(({ id }) => id !== release.id), release],
    ...latest,
  }));
  const view = releaseView(context, release);
  const actions = publishing
    ? [...(before ? [] : ['created']), 'published', release.prerelease ? 'prereleased' : 'released']
    : before
      ? ['edited', ...(before.prerelease && isFull(release) ? ['released'] : [])]
      : ['created'];
  for (const action of actions) {
    const part = eventRepository(world, repository);
    const payload = { action, release: view, ...part, sender: userView(world, token.login) };
    world.events.add({ event: 'release', repository: fullName(repository), payload }, token);
  }
  return { status: 200, body: view };
}

/** `make_latest` is `true` for what is published newly, unless it is said otherwise. */
function latestAfter(
  context: Context,
  release: ReleaseState,
  publishing: boolean,
): { readonly latestRelease?: number } {
  const asked = optionalText(context, 'make_latest') ?? (publishing ? 'true' : undefined);
  if (optionalText(context, 'make_latest') === 'true' && !isFull(release)) {
    throw validationFailed({
      resource: 'Release',
      code: 'custom',
      field: 'make_latest',
      message: 'Drafts and prereleases cannot be set as latest',
    });
  }
  return asked === 'true' && isFull(release) ? { latestRelease: release.id } : {};
}

async function makeTag(context: Context, { tag, target }: ReleaseState): Promise<void> {
  const { world, repository, token } = context;
  if (repository.refs[`refs/tags/${tag}`]) return;
  const directory = gitDirectory(world, repository);
  const sha = await resolveCommit(directory, target);
  if (!sha) {
    throw validationFailed({ resource: 'Release', code: 'invalid', field: 'target_commitish' });
  }
  await moveRefs(world, fullName(repository), token, () =>
    git(directory, ['update-ref', `refs/tags/${tag}`, sha]),
  );
}

function releaseView({ world, repository }: Context, release: ReleaseState) {
  const api = apiOf(world, repository);
  const html = htmlOf(world, repository);
  const tag = encodeURIComponent(release.tag);
  return {
    url: `${api}/releases/${release.id}`,
    assets_url: `${api}/releases/${release.id}/assets`,
    upload_url: `${api}/releases/${release.id}/assets{?name,label}`,
    html_url: `${html}/releases/tag/${tag}`,
    id: release.id,
    author: userView(world, release.author),
    node_id: nodeId('Release', release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    draft: release.draft,
    immutable: false,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    assets: [],
    tarball_url: `${api}/tarball/${tag}`,
    zipball_url: `${api}/zipball/${tag}`,
    body: release.body,
  };
}
