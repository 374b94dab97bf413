import type { DeploymentStatus, Deployments } from '../../src/preview/ports.ts';

/** A deployment as GitHub keeps it; the last status holds. */
export interface KeptDeployment {
  readonly id: number;
  readonly environment: string;
  readonly task: string;
  readonly commit: string;
  readonly statuses: DeploymentStatus[];
}

/** Deployments in a list, oldest first. */
export interface InMemoryDeployments {
  readonly kept: KeptDeployment[];
  /** Commit and latest state of each, oldest first. */
  states(): string[];
  readonly port: Deployments;
  /** What a kill in the midst of a call leaves behind, by method. */
  readonly halves: Readonly<Record<string, (...given: never[]) => void>>;
}

/** GitHub's deployments of a repository, adopted by commit as the adapter does. */
export function inMemoryDeployments(...given: readonly KeptDeployment[]): InMemoryDeployments {
  const kept = [...given];
  const adoptOrMake = (key: { environment: string; task: string }, commit: string) => {
    const newest = kept.filter(({ task }) => task === key.task).at(-1);
    if (newest?.commit === commit) return newest;
    const made: KeptDeployment = { id: kept.length + 1, ...key, commit, statuses: [] };
    kept.push(made);
    return made;
  };
  const retire = (count: number, [task, status, except]: Parameters<Deployments['retire']>) => {
    const others = kept.filter(
      (one) => one.task === task && one.id !== except && stateOf(one) !== 'inactive',
    );
    for (const one of others.slice(0, count)) one.statuses.push(status);
  };
  return {
    kept,
    states: () => kept.map((one) => `${one.commit.slice(0, 7)} ${stateOf(one)}`),
    port: {
      async begin(key, commit, status) {
        const deployment = adoptOrMake(key, commit);
        deployment.statuses.push(status);
        return deployment.id;
      },
      async report(id, status) {
        kept.find((one) => one.id === id)?.statuses.push(status);
      },
      async retire(...call) {
        retire(kept.length, call);
      },
    },
    halves: {
      begin: (key: { environment: string; task: string }, commit: string) => {
        adoptOrMake(key, commit);
      },
      retire: (...call: Parameters<Deployments['retire']>) => retire(1, call),
    },
  };
}

function stateOf({ statuses }: KeptDeployment): string {
  return statuses.at(-1)?.state ?? 'none';
}
