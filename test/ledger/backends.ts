import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitStore } from '../../src/ledger/git-store.ts';
import type { RefStore } from '../../src/ledger/ref-store.ts';
import { inMemoryRefs } from '../fakes/in-memory-refs.ts';
import { connected } from '../github/connected.ts';
import { gitIn, startLab } from '../lab/github/lab.ts';

/** One backend under test. */
export interface Backend {
  /** The store as another run sees it, with memory of nothing. */
  connect(): RefStore;
  /** What anyone with write access can do with git; `undefined` deletes. */
  force(ref: string, commit: string | undefined): Promise<void>;
  /** Requests since the last call; `undefined` where there are none to count. */
  requests(): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}

/** How each backend is opened. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  'memory, as GitHub': async () => inMemory('fast-forward'),
  'memory, as git': async () => inMemory('lease'),
  'plain git': async () => bareRepository(),
  "GitHub's API": standIn,
};

function inMemory(rule: 'fast-forward' | 'lease'): Backend {
  const refs = inMemoryRefs(rule);
  return {
    connect: () => refs.connect(),
    force: async (ref, commit) => refs.force(ref, commit),
    requests: async () => undefined,
    close: async () => {},
  };
}

/** A bare repository, and another one for the objects of each run. */
export function bareRepository(): Backend & { readonly remote: string } {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ledger-'));
  const remote = join(folder, 'remote.git');
  gitIn(folder, 'init', '--quiet', '--bare', remote);
  let runs = 0;
  return {
    remote,
    connect: () => {
      runs += 1;
      const directory = join(folder, `run-${runs}.git`);
      gitIn(folder, 'init', '--quiet', '--bare', directory);
      return gitStore({ directory, remote, environment: process.env });
    },
    force: async (ref, commit) => {
      gitIn(remote, 'update-ref', ...(commit === undefined ? ['-d', ref] : [ref, commit]));
    },
    requests: async () => undefined,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function standIn(): Promise<Backend> {
  const lab = await startLab();
  const bare = lab.github.repositories['acme/app'] ?? '';
  return {
    connect: () => connected(lab).github.ledgerRefs,
    force: async (ref, commit) => {
      gitIn(bare, 'update-ref', ...(commit === undefined ? ['-d', ref] : [ref, commit]));
    },
    requests: async () => {
      const { body } = await lab.call('GET', '/_lab/requests');
      await lab.call('DELETE', '/_lab/requests');
      return (body as { method: string; path: string }[]).map(
        ({ method, path }) => `${method} ${path.replace('/repos/acme/app', '')}`,
      );
    },
    close: () => lab.close(),
  };
}
