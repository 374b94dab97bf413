import type { Stage } from './pipeline.ts';

/** A fault of the graph: what, which stage, and the next step. */
export interface GraphFault {
  readonly stage: string;
  /** Where: the stage by its place in the list, and which of its keys. */
  readonly index: number;
  readonly key: 'name' | 'after';
  /** What `after` names and does not exist. */
  readonly other?: string;
  readonly message: string;
  readonly hint: string;
}

type Node = Pick<Stage, 'name' | 'after'>;

/** All faults of the graph: names used twice, unknown predecessors, cycles. Empty = it may be used. */
export function checkStages(stages: readonly Node[]): GraphFault[] {
  const names = new Set(stages.map(({ name }) => name));
  return [
    ...repeated(stages),
    ...stages.flatMap((stage, index) => unknown(stage, index, names)),
    ...cycle(stages),
  ];
}

/**
 * The stages, each after all that come before it; of equal ones in the order of the configuration. Stages of a cycle
 * are left out.
 */
export function inOrder<T extends Node>(stages: readonly T[]): T[] {
  const ordered: T[] = [];
  const placed = new Set<string>();
  let rest = [...stages];
  while (true) {
    const ready = rest.filter(({ after }) => after.every((name) => placed.has(name)));
    if (ready.length === 0) return ordered;
    for (const stage of ready) placed.add(stage.name);
    ordered.push(...ready);
    rest = rest.filter(({ name }) => !placed.has(name));
  }
}

function repeated(stages: readonly Node[]): GraphFault[] {
  const again = [...stages.entries()].filter(
    ([index, { name }]) => stages.findIndex((other) => other.name === name) < index,
  );
  return again.map(([index, { name }]) => ({
    stage: name,
    index,
    key: 'name',
    message: `two stages are called ${JSON.stringify(name)}`,
    hint: 'Give each stage of the pipeline a name of its own.',
  }));
}

function unknown({ name, after }: Node, index: number, names: ReadonlySet<string>): GraphFault[] {
  return after
    .filter((other) => !names.has(other))
    .map((other) => ({
      stage: name,
      index,
      key: 'after',
      other,
      message: `stage ${JSON.stringify(name)} comes after ${JSON.stringify(other)}, which does not exist`,
      hint: `Stages of this pipeline: ${[...names].join(', ')}.`,
    }));
}

/** One cycle; when it is mended, the next shows. */
function cycle(stages: readonly Node[]): GraphFault[] {
  const path: string[] = [];
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const done = new Set<string>();
  const walk = (name: string): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    path.push(name);
    const found = (byName.get(name)?.after ?? []).map(walk).find((each) => each !== undefined);
    path.pop();
    done.add(name);
    return found;
  };
  const found = stages.map(({ name }) => walk(name)).find((each) => each !== undefined);
  return found ? [describeCycle(found, stages)] : [];
}

function describeCycle(names: readonly string[], stages: readonly Node[]): GraphFault {
  const [stage = ''] = names;
  return {
    stage,
    index: stages.findIndex(({ name }) => name === stage),
    key: 'after',
    message: `stages wait for each other: ${[...names].reverse().join(' → ')}`,
    hint: 'Take one of these out of the other’s `after`.',
  };
}
