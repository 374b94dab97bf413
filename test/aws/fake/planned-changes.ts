import { wanted } from './definition.ts';
import { differences } from './differences.ts';
import type { ChangeSet, Cloud, PlannedChange } from './model.ts';
import type { Input } from './query.ts';

/** What a change set says that it will do; embedded stacks have change sets of their own. */
export function changesOf(
  cloud: Cloud,
  changeSet: ChangeSet,
  embedded: (logicalId: string) => ChangeSet | undefined,
): readonly PlannedChange[] {
  const { stack, definition, kind, imports } = changeSet;
  const now = wanted(cloud, stack, definition);
  if (kind === 'IMPORT')
    return Object.keys(imports).map((logicalId) => ({
      action: 'Import' as const,
      logicalId,
      type: now.get(logicalId)?.declared.Type ?? '',
      physicalId: imports[logicalId],
      scope: [],
      details: [],
    }));
  const added = [...now].flatMap(([logicalId, { declared }]): PlannedChange[] => {
    if (stack.resources.has(logicalId)) return [];
    const type = declared.Type;
    return [{ action: 'Add', logicalId, type, scope: [], details: [], child: embedded(logicalId) }];
  });
  const removed = [...stack.resources.values()].flatMap(({ logicalId, type, physicalId }) =>
    now.has(logicalId)
      ? []
      : [{ action: 'Remove' as const, logicalId, type, physicalId, scope: [], details: [] }],
  );
  const modified = differences(cloud, stack, definition).map((one): PlannedChange => {
    const there = stack.resources.get(one.logicalId);
    const recreation = { True: 'Always', False: 'Never', Conditional: 'Conditionally' }[
      one.replacement
    ];
    const after = now.get(one.logicalId)?.properties as Record<string, unknown>;
    const before = (there?.properties ?? {}) as Record<string, unknown>;
    const details = one.properties.map((name) => ({
      attribute: 'Properties',
      name,
      recreation,
      dynamic: one.dynamic ?? false,
      ...(before[name] !== undefined && { before: shown(before[name]) }),
      ...(after[name] !== undefined && { after: shown(after[name]) }),
    }));
    return {
      action: 'Modify',
      logicalId: one.logicalId,
      type: there?.type ?? '',
      physicalId: there?.physicalId,
      replacement: one.replacement,
      scope: one.tagsOnly ? ['Tags'] : ['Properties'],
      details: one.tagsOnly ? [{ attribute: 'Tags', recreation: 'Never' }] : details,
      child: embedded(one.logicalId),
    };
  });
  return [...removed, ...modified, ...added];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What `ResourcesToImport` calls a resource. */
export function identifier(one: Input): string {
  const map = one.ResourceIdentifier;
  // Maps are lists of entries on the wire.
  const entries = (map as { entry?: Record<string, { value?: string }> } | undefined)?.entry;
  return Object.values(entries ?? {})[0]?.value ?? '';
}
