import { createHash } from 'node:crypto';
import type { NewCommit, RefStore, Swap } from '../../src/ledger/ref-store.ts';

/** What becomes of one call. A crash never answers: the process is gone. */
export type Fate =
  | { readonly kind: 'well' }
  /** A read answers as it was `age` changes ago. */
  | { readonly kind: 'stale'; readonly age: number }
  | { readonly kind: 'lost-request' }
  | { readonly kind: 'lost-answer' }
  /** A swap without an answer that happens `delay` calls later, if it still can. */
  | { readonly kind: 'late'; readonly delay: number }
  | { readonly kind: 'crash-before' }
  | { readonly kind: 'crash-after' };

/** Asked before each call; may wait. */
export type Network = (method: keyof RefStore) => Fate | Promise<Fate>;

/**
 * How a swap is decided: GitHub takes every descendant of where the ref is, git what was given as lease.
 */
export type SwapRule = 'fast-forward' | 'lease';

/** Commits and refs in memory, for many workers at once. */
export interface InMemoryRefs {
  /** What one worker sees. Everything goes well unless a network says otherwise. */
  connect(network?: Network): RefStore;
  readonly refs: ReadonlyMap<string, string>;
  readonly commits: ReadonlyMap<string, NewCommit>;
  /** What anyone with write access can do with git. */
  force(ref: string, commit: string | undefined): void;
  /** Commits from the root to the tip of a ref. */
  chain(ref: string): readonly string[];
}

interface World {
  refs: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, string>[];
  readonly commits: Map<string, NewCommit>;
  readonly late: { left: number; apply(): void }[];
  readonly rule: SwapRule;
}

const well: Network = () => ({ kind: 'well' });

/** An empty store. */
export function inMemoryRefs(rule: SwapRule = 'fast-forward'): InMemoryRefs {
  const world: World = { refs: new Map(), versions: [], commits: new Map(), late: [], rule };
  return {
    connect: (network = well) => connect(world, network),
    get refs() {
      return world.refs;
    },
    commits: world.commits,
    force: (ref, commit) => move(world, ref, commit),
    chain: (ref) => ancestors(world, world.refs.get(ref), Number.POSITIVE_INFINITY).reverse(),
  };
}

function connect(world: World, network: Network): RefStore {
  const call = async <Answer>(method: keyof RefStore, act: (fate: Fate) => Answer) => {
    const fate = await network(method);
    tick(world);
    if (fate.kind === 'crash-before') return gone<Answer>();
    if (fate.kind === 'lost-request' && method !== 'swap') throw new Error('no answer');
    const answer = act(fate);
    if (fate.kind === 'crash-after') return gone<Answer>();
    if (fate.kind === 'lost-answer' && method !== 'swap') throw new Error('no answer');
    return answer;
  };
  return {
    tips: (prefix) => call('tips', (fate) => tips(world, prefix, fate)),
    record: (commit) => call('record', () => world.commits.get(commit)?.record),
    write: (commit) => call('write', () => write(world, commit)),
    swap: (...change) => call('swap', (fate) => fatefulSwap(world, change, fate)),
    history: (commit, limit) => call('history', () => history(world, commit, limit)),
  };
}

function gone<Answer>(): Promise<Answer> {
  return new Promise(() => {});
}

function tick({ late }: World): void {
  for (const one of [...late]) {
    one.left -= 1;
    if (one.left > 0) continue;
    late.splice(late.indexOf(one), 1);
    one.apply();
  }
}

function tips(world: World, prefix: string, fate: Fate): ReadonlyMap<string, string> {
  const age = fate.kind === 'stale' ? fate.age : 0;
  const seen = (age > 0 && world.versions.at(-Math.min(age, world.versions.length))) || world.refs;
  return new Map([...seen].filter(([ref]) => ref.startsWith(prefix)).sort());
}

function write(world: World, commit: NewCommit): string {
  const { parent } = commit;
  if (parent !== undefined && !world.commits.has(parent)) throw new Error(`no parent ${parent}`);
  const id = createHash('sha1').update(JSON.stringify(commit)).digest('hex');
  world.commits.set(id, commit);
  return id;
}

function fatefulSwap(world: World, change: Parameters<RefStore['swap']>, fate: Fate): Swap {
  const lost: Swap = { kind: 'unknown', detail: 'no answer' };
  if (fate.kind === 'lost-request') return lost;
  if (fate.kind === 'late') {
    world.late.push({ left: fate.delay, apply: () => void swap(world, ...change) });
    return lost;
  }
  const outcome = swap(world, ...change);
  return fate.kind === 'lost-answer' ? lost : outcome;
}

function swap(world: World, ref: string, before: string | undefined, after: string): Swap {
  const now = world.refs.get(ref);
  if (now !== after || before === undefined) {
    if (before === undefined && now !== undefined) return refused('Reference already exists');
    if (before !== undefined && now === undefined) return refused('Reference does not exist');
    const forward = now === undefined || ancestors(world, after, 1e6).includes(now);
    if (world.rule === 'lease' && now !== before) return refused('stale info');
    if (!forward) return refused('Update is not a fast forward');
    move(world, ref, after);
  }
  return { kind: 'moved' };
}

function refused(detail: string): Swap {
  return { kind: 'refused', detail };
}

function move(world: World, ref: string, commit: string | undefined): void {
  world.versions.push(world.refs);
  const next = new Map(world.refs);
  if (commit === undefined) next.delete(ref);
  else next.set(ref, commit);
  world.refs = next;
}

function history(world: World, commit: string, limit: number) {
  return ancestors(world, commit, limit).map((id) => {
    const { message = '', by = '' } = world.commits.get(id) ?? {};
    return { commit: id, message, author: by };
  });
}

function ancestors({ commits }: World, tip: string | undefined, limit: number): string[] {
  const found: string[] = [];
  for (let at = tip; at !== undefined && found.length < limit; at = commits.get(at)?.parent) {
    found.push(at);
  }
  return found;
}
