import { instant } from '../../../src/core/time.ts';
import type { Problem } from '../../../src/core/user-error.ts';
import type {
  Comparison,
  DeploymentLook,
  ListedCommit,
  ListedDeployment,
  ListedRelease,
  ListedTag,
  RepositoryReader,
  SeenCheck,
} from '../../../src/promotion/observe/ports.ts';
import type { Looking, StageView } from '../../../src/promotion/observe/stage-view.ts';
import type { Stage } from '../../../src/promotion/pipeline.ts';
import {
  emptyRecord,
  type StageRecord,
  stageRecord,
} from '../../../src/promotion/records/record.ts';
import type { ObserveSettings, StageSettings } from '../../../src/promotion/settings.ts';
import { at, stage } from '../../builders/promotion.ts';

/** A commit of the fake; the ids of parents are given as names. */
export interface FakeCommit {
  readonly parents?: readonly string[];
  readonly authors?: readonly string[] | undefined;
  readonly promotes?: boolean;
}

/** What the fake repository holds. A function in the place of an answer fails, or is asked each time. */
export interface FakeWorld {
  /** By name, oldest first; times are a minute apart. */
  commits: Record<string, FakeCommit>;
  /** Name of the commit at the end of each branch. */
  branches: Record<string, string>;
  tags: ListedTag[];
  releases: ListedRelease[];
  /** By environment, newest first. */
  deployments: Record<string, ListedDeployment[]>;
  statuses: Record<number, DeploymentLook[]>;
  runs: Record<string, readonly SeenCheck[] | Error>;
  contexts: Record<string, readonly SeenCheck[] | Error>;
  permissions: Record<string, 'read' | 'write' | 'maintain' | 'admin' | Error>;
  /** Members by team; a team that is not there may not be asked for. */
  teams: Record<string, readonly string[]>;
  files: Record<string, string>;
  /** Deployments of an environment beyond the newest 100 that are listed. */
  moreDeployments: boolean;
  /** Tags beyond those that are listed. */
  moreTags: boolean;
}

/** The id of a commit by its name: hex, so that it can be cut. */
export function sha(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(40, '0');
}

/** An empty world with what is given. */
export function world(given: Partial<FakeWorld> = {}): FakeWorld {
  return {
    commits: {},
    branches: {},
    tags: [],
    releases: [],
    deployments: {},
    statuses: {},
    runs: {},
    contexts: {},
    permissions: {},
    teams: {},
    files: {},
    moreDeployments: false,
    moreTags: false,
    ...given,
  };
}

/** So many commits in a line, each after the one before: `c1`, `c2` … */
export function line(count: number, authors: readonly string[] = ['octocat']) {
  const names = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      { parents: index === 0 ? [] : [names[index - 1] ?? ''], authors },
    ]),
  );
}

/** A repository over the world, and every question that was asked. */
export function fakeRepository(of: FakeWorld): {
  readonly repository: RepositoryReader;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const answer = <T>(question: string, value: T | Error): Promise<T> => {
    asked.push(question);
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  };
  const repository: RepositoryReader = {
    history: {
      commits: (from, page) => answer(`commits ${from} ${page}`, pageOf(of, from, page)),
      tags: () => answer('tags', { items: of.tags, more: of.moreTags }),
      releases: () => answer('releases', { items: of.releases, more: false }),
      compare: (base, head) => answer(`compare ${base}...${head}`, compare(of, base, head)),
      authorsBetween: (base, head) => answer(`authors ${base}...${head}`, authors(of, base, head)),
    },
    environments: {
      deployments: (environment, task) => {
        const all = of.deployments[environment] ?? [];
        const items = task === undefined ? all : all.filter((each) => each.task === task);
        return answer(`deployments ${environment} ${task ?? ''}`.trim(), {
          items: of.moreDeployments && task === undefined ? items.slice(0, 100) : items,
          more: of.moreDeployments && task === undefined,
        });
      },
      statuses: (id) => answer(`statuses of ${id}`, of.statuses[id] ?? []),
    },
    checks: {
      checkRuns: (commit) =>
        answer(`check runs of ${nameOf(of, commit)}`, of.runs[nameOf(of, commit)] ?? []),
      statuses: (commit) =>
        answer(`statuses of ${nameOf(of, commit)}`, of.contexts[nameOf(of, commit)] ?? []),
    },
    people: {
      permission: (login) => answer(`permission of ${login}`, of.permissions[login] ?? 'none'),
      isMember: (team, login) => answer(`${login} in ${team}`, of.teams[team]?.includes(login)),
    },
    tipOf: (ref) => answer(`tip of ${ref}`, tipOf(of, ref)),
    readFile: (path, ref) => answer(`${path} on ${ref}`, of.files[path]),
  };
  return { repository, asked };
}

/** What looking takes, over a world. */
export function looking(of: FakeWorld, more: Partial<Looking> = {}) {
  const { repository, asked } = fakeRepository(of);
  const warnings: Problem[] = [];
  const none = (what: string) => () => Promise.reject(new Error(`${what} was not expected`));
  const given: Looking = {
    repository,
    ask: none('asking'),
    readValues: none('reading values'),
    stacks: none('a stack'),
    workloads: none('a workload'),
    now: () => at('12:00'),
    warn: (problem) => warnings.push(problem),
    ...more,
  };
  return { looking: given, asked, warnings };
}

/** A stage named `web` that is seen so. */
export function view(
  observe: ObserveSettings,
  more: Partial<Stage> = {},
  record: Partial<StageRecord> = {},
): StageView {
  const known = stageRecord(emptyRecord('app'), 'web');
  return {
    stage: stage('web', more),
    settings: stageSettings(observe),
    record: { ...known, ...record },
  };
}

/** Settings of a stage whose environment is `web`. */
export function stageSettings(observe: ObserveSettings, environment = 'web'): StageSettings {
  return { environment, observe, way: { via: 'outputs' }, verifications: [] };
}

/** A deployment of a commit, begun at a time of the day. */
export function deployed(
  id: number,
  name: string,
  time: string,
  task = 'deploy',
): ListedDeployment {
  return { id, sha: sha(name), ref: 'main', task, createdAt: at(time) };
}

/** Statuses, newest first, as `['success', '10:30']`. */
export function states(...all: readonly (readonly [string, string])[]): DeploymentLook[] {
  return all.map(([state, time]) => ({ state, at: at(time) }));
}

function reachable(of: FakeWorld, name: string): Set<string> {
  const found = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(of.commits[next]?.parents ?? []));
  }
  return found;
}

function listedCommit(of: FakeWorld, name: string): ListedCommit {
  const { parents = [], authors, promotes } = of.commits[name] ?? {};
  const index = Object.keys(of.commits).indexOf(name);
  return {
    sha: sha(name),
    parents: parents.map(sha),
    at: instant(at('00:00') + index * 60_000),
    authors,
    ...(promotes && { promotes }),
  };
}

function resolve(of: FakeWorld, text: string | undefined): string | undefined {
  const tag = of.tags.find((each) => each.tag === text);
  if (tag) return nameOf(of, tag.sha);
  const branch = of.branches[text ?? 'main'];
  return (
    branch ??
    Object.keys(of.commits).find((name) => text !== undefined && sha(name).startsWith(text))
  );
}

function pageOf(of: FakeWorld, from: string | undefined, page: number) {
  const tip = resolve(of, from);
  if (tip === undefined) return new Error(`no ${from}`);
  const within = reachable(of, tip);
  const names = Object.keys(of.commits)
    .filter((name) => within.has(name))
    .reverse();
  const items = names.slice((page - 1) * 100, page * 100).map((name) => listedCommit(of, name));
  return { items, more: names.length > page * 100 };
}

function compare(of: FakeWorld, base: string, head: string): Comparison | undefined {
  const [from, to] = [resolve(of, base), resolve(of, head)];
  if (from === undefined || to === undefined) return undefined;
  const [before, after] = [reachable(of, from), reachable(of, to)];
  const ahead = [...after].filter((name) => !before.has(name)).length;
  const behind = [...before].filter((name) => !after.has(name)).length;
  const relation = ahead > 0 ? (behind > 0 ? 'diverged' : 'newer') : behind > 0 ? 'older' : 'same';
  return { relation, ahead, base: listedCommit(of, from) };
}

function authors(of: FakeWorld, base: string, head: string): readonly string[] | undefined {
  const [from, to] = [nameOf(of, base), nameOf(of, head)];
  const before = reachable(of, from);
  const between = [...reachable(of, to)].filter((name) => !before.has(name));
  const all = between.map((name) => of.commits[name]?.authors);
  return all.includes(undefined) ? undefined : [...new Set(all.flatMap((some) => some ?? []))];
}

function nameOf(of: FakeWorld, commit: string): string {
  return Object.keys(of.commits).find((name) => sha(name) === commit) ?? commit;
}

function tipOf(of: FakeWorld, ref: string): string | undefined {
  const name = of.branches[ref.replace(/^heads\//, '')];
  return name === undefined ? undefined : sha(name);
}
