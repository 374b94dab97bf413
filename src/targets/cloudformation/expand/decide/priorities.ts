import type { Problem } from '../../../../core/user-error.ts';

/** Both ends included. */
export interface PriorityRange {
  readonly from: number;
  readonly to: number;
}

/** A preview that needs numbers. */
export interface WantedPriorities {
  readonly service: string;
  readonly id: string;
  /** How many: the cloned listener rules of its service. */
  readonly count: number;
}

/** Numbers that a preview has. */
export interface KnownPriorities {
  readonly service: string;
  readonly id: string;
  readonly priorities: readonly number[];
}

/** What numbers are allocated from. */
export interface PriorityFacts {
  /** In the order in which they are served. */
  readonly wanted: readonly WantedPriorities[];
  /**
   * Every preview that the deployed template holds, those that are about to go among them: CloudFormation updates
   * before it deletes, so their numbers are free only after this update.
   */
  readonly known: readonly KnownPriorities[];
  readonly range: PriorityRange;
  /** Numbers of others: of the listener's rules that are no preview's, and of the template itself. */
  readonly taken: Iterable<number>;
}

/** Numbers by `priorityKey`, and those for whom too few were left. */
export interface AllocatedPriorities {
  readonly priorities: ReadonlyMap<string, readonly number[]>;
  readonly without: readonly WantedPriorities[];
}

/** What ELBv2 allows: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
const lowest = 1;
const highest = 50_000;

/** How `AllocatedPriorities` names a preview of a service. */
export function priorityKey(preview: { readonly service: string; readonly id: string }): string {
  return `${preview.service} ${preview.id}`;
}

/**
 * A number for each listener rule of each preview. A preview keeps what it has for life, unless someone else has
 * taken it or the range has moved; others get the lowest that are free.
 */
export function allocatePriorities(facts: PriorityFacts): AllocatedPriorities {
  const known = new Map(facts.known.map((entry) => [priorityKey(entry), entry.priorities]));
  const kept = keepers(facts);
  const free = freeNumbers(facts);
  const priorities = new Map<string, readonly number[]>();
  const without: WantedPriorities[] = [];
  for (const preview of facts.wanted) {
    const mine = known.get(priorityKey(preview)) ?? [];
    const numbers = numbersFor(preview, mine, kept, free);
    if (numbers) priorities.set(priorityKey(preview), numbers);
    else without.push(preview);
  }
  return { priorities, without };
}

/** What to say of a preview for which the range has no number. */
export function rangeIsFull(service: string, range: PriorityRange): Problem {
  const size = Math.min(range.to, highest) - Math.max(range.from, lowest) + 1;
  return {
    message: `no listener priority is left for ${service}: all ${size} of ${range.from}-${range.to} are in use`,
    hint: `Close a pull request, or widen the range: \`preview: { cloudformation: { expand: { priorities: ${range.from}-${Math.min(range.to + size, highest)} } } }\`.`,
  };
}

/** `undefined` when there are too few. A number that is kept stays with its rule. */
function numbersFor(
  { count }: WantedPriorities,
  mine: readonly number[],
  kept: (number: number) => boolean,
  free: Iterator<number>,
): readonly number[] | undefined {
  const numbers: number[] = [];
  for (let rule = 0; rule < count; rule += 1) {
    const own = mine[rule];
    if (own !== undefined && !numbers.includes(own) && kept(own)) numbers.push(own);
    else {
      const next = free.next();
      if (next.done) return undefined;
      numbers.push(next.value);
    }
  }
  return numbers;
}

function keepers({ taken, range }: PriorityFacts): (number: number) => boolean {
  const others = new Set(taken);
  return (number) =>
    !others.has(number) &&
    number >= Math.max(range.from, lowest) &&
    number <= Math.min(range.to, highest);
}

function* freeNumbers({ known, taken, range }: PriorityFacts): Generator<number, undefined> {
  const used = new Set(taken);
  for (const { priorities } of known) for (const number of priorities) used.add(number);
  for (let at = Math.max(range.from, lowest); at <= Math.min(range.to, highest); at += 1) {
    if (!used.has(at)) yield at;
  }
  return undefined;
}
