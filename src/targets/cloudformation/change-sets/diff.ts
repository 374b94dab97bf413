import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { Change } from '../../target.ts';

/** A change to one resource, and those within it where it is a nested stack. */
export interface ResourceChangeTree {
  readonly change: ResourceChange;
  readonly nested: readonly ResourceChangeTree[];
}

const actions = {
  Add: 'add',
  Import: 'add',
  Modify: 'modify',
  Dynamic: 'modify',
  SyncWithActual: 'modify',
  Remove: 'remove',
} as const;

/** What becomes of the thing itself. */
const fates: Readonly<Record<string, string>> = {
  Retain: 'the resource itself is kept',
  Snapshot: 'a snapshot is kept',
  ReplaceAndRetain: 'the old one is kept',
  ReplaceAndSnapshot: 'a snapshot of the old one is kept',
};

const stackType = 'AWS::CloudFormation::Stack';
const shownProperties = 6;

/**
 * A change set as lines for people, in its own order, a nested stack's after it as `Parent/Child`. Shows names of
 * properties, never values. A nested stack that is only touched because of what is in it has no line of its own.
 */
export function diffOf(changes: readonly ResourceChangeTree[], path = ''): Change[] {
  return changes.flatMap(({ change, nested }) => {
    const id = path + (change.LogicalResourceId ?? '');
    const inner = diffOf(nested, `${id}/`);
    return inner.length > 0 && isOnlyEmbedding(change) ? inner : [lineOf(change, id), ...inner];
  });
}

function lineOf(change: ResourceChange, id: string): Change {
  const detail = detailOf(change);
  return {
    action: actions[change.Action ?? 'Modify'],
    type: change.ResourceType ?? '',
    id,
    replacement: change.Replacement === 'True' || change.Replacement === 'Conditional',
    ...(detail && { detail }),
  };
}

function isOnlyEmbedding({ Action, ResourceType, Details = [], Replacement }: ResourceChange) {
  if (Action !== 'Modify' || ResourceType !== stackType || Replacement === 'True') return false;
  return Details.every(({ ChangeSource }) => ChangeSource === 'Automatic');
}

function detailOf(change: ResourceChange): string {
  const parts = [
    ...kindOf(change),
    ...(change.Replacement === 'Conditional' ? ['perhaps replaced'] : []),
    ...(change.Action === 'Modify' ? reasonsOf(change) : []),
    ...[fates[change.PolicyAction ?? ''] ?? []].flat(),
  ];
  return parts.join('; ');
}

function kindOf({ Action }: ResourceChange): string[] {
  if (Action === 'Import') return ['an existing resource is taken over'];
  if (Action === 'Dynamic') return ['decided while it runs'];
  return Action === 'SyncWithActual' ? ['only what CloudFormation remembers'] : [];
}

function reasonsOf({ Details = [], Scope = [] }: ResourceChange): string[] {
  const properties = [...new Set(Details.flatMap(propertyOf))];
  const others = Scope.filter((scope) => scope !== 'Properties').map(attributeWord);
  if (properties.length === 0 && others.length === 1) return [`${others[0]} only`];
  const rest = properties.length - shownProperties;
  const shown = [...properties.slice(0, shownProperties), ...(rest > 0 ? [`${rest} more`] : [])];
  const all = [...shown, ...others];
  return all.length > 0 ? [all.join(', ')] : [];
}

function propertyOf({ Target }: ResourceChangeDetail): string[] {
  return Target?.Attribute === 'Properties' && Target.Name ? [Target.Name] : [];
}

/** `Tags` → `tags`, `UpdateReplacePolicy` → `update replace policy`. */
function attributeWord(attribute: string): string {
  return attribute.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
