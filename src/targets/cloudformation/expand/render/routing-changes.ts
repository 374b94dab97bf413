import { type Changes, hole, list, type Made, text } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import {
  everyNode,
  intrinsicOf,
  plainMap,
  plainSeq,
  plainText,
  valueAt,
} from '../syntax/tree-lookup.ts';

/**
 * The clone of a listener rule has a priority of its own and answers for the preview's domain only; a rule that asked
 * for no host does so now, or it would take the requests of others. `false` = `Conditions` cannot be read.
 */
export function changeRule(
  changes: Changes,
  properties: SyntaxNode | undefined,
  domain: Made,
  nth: number,
  remark: readonly (string | { hole: 'domain' })[],
): boolean {
  changePriority(changes, properties, nth, remark);
  const conditions = valueAt(properties, 'Conditions');
  const values = conditions ? [...hostValues(conditions)] : [];
  for (const value of values) changes.replaced.set(value, list(domain));
  if (values.length > 0) return true;
  const all = plainSeq(conditions);
  if (all) changes.appended.set(all, [hostCondition(domain)]);
  return all !== undefined;
}

function changePriority(
  changes: Changes,
  properties: SyntaxNode | undefined,
  nth: number,
  remark: readonly (string | { hole: 'domain' })[],
): void {
  const priority = valueAt(properties, 'Priority');
  const number: Made = { kind: 'number', pieces: [hole({ priority: nth })] };
  if (!priority) {
    if (properties) changes.added.set(properties, [['Priority', number]]);
    return;
  }
  changes.replaced.set(priority, number);
  changes.remarked.set(priority, remark);
}

/** Lists of hosts, in either way of writing them. */
function* hostValues(conditions: SyntaxNode): Generator<SyntaxNode> {
  for (const node of everyNode(conditions)) {
    const condition = plainMap(node);
    if (plainText(valueAt(condition, 'Field'))?.value !== 'host-header') continue;
    const values = valueAt(condition, 'Values');
    const nested = valueAt(valueAt(condition, 'HostHeaderConfig'), 'Values');
    if (values) yield values;
    if (nested) yield nested;
  }
}

function hostCondition(domain: Made): Made {
  const values: Made = { kind: 'map', entries: [['Values', list(domain)]] };
  return {
    kind: 'map',
    entries: [
      ['Field', text('host-header')],
      ['HostHeaderConfig', values],
    ],
  };
}

/** Names of a record set, or of those in a group. */
export function recordNames(properties: SyntaxNode | undefined): readonly SyntaxNode[] {
  const own = valueAt(properties, 'Name');
  const sets = plainSeq(valueAt(properties, 'RecordSets'))?.items ?? [];
  const grouped = sets.flatMap((set) => valueAt(plainMap(set), 'Name') ?? []);
  return own ? [own, ...grouped] : grouped;
}

/** Hosts that the rule of the original answers for. */
export function hostsOf(properties: SyntaxNode | undefined): readonly SyntaxNode[] {
  const conditions = valueAt(properties, 'Conditions');
  const values = conditions ? [...hostValues(conditions)] : [];
  return values.flatMap((value) =>
    value.kind === 'seq' && !intrinsicOf(value) ? value.items : [],
  );
}
