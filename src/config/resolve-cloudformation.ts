import type { InferOutput } from 'valibot';
import { parseDuration } from '../core/time.ts';
import type {
  CloudFormationSettings,
  ExpandSettings,
  ResourceImport,
} from '../targets/cloudformation/settings.ts';
import { defaultCloudFormation, defaultExpand } from './cloudformation-defaults.ts';
import type { ownCloudFormation } from './cloudformation-section.ts';
import { readPriorities } from './expand-faults.ts';
import { asList, type TextOrList } from './lists.ts';
import { resolveParameter } from './parameter-values.ts';

/** A section as the file has it: of `preview`, or of a service. */
export type FileCloudFormation = InferOutput<typeof ownCloudFormation>;
type FileExpand = NonNullable<FileCloudFormation['expand']>;

/** A section that a service has with all it inherits. */
export type MergedCloudFormation = ReturnType<typeof mergeCloudFormation>;

/** The nearest word on each key; parameters and tags are added. */
export function mergeCloudFormation(above: FileCloudFormation = {}, own: FileCloudFormation = {}) {
  const expand =
    above.expand || own.expand ? { ...defaultExpand, ...above.expand, ...own.expand } : undefined;
  return {
    ...defaultCloudFormation,
    ...above,
    ...own,
    parameters: { ...above.parameters, ...own.parameters },
    tags: { ...above.tags, ...own.tags },
    expand,
  };
}

/** Keys that a service cannot do without, by its mode. */
export function missingKeys(merged: MergedCloudFormation, host: string | undefined): string[] {
  if (merged.mode === 'stack') return merged.template === undefined ? ['template'] : [];
  const { expand } = merged;
  if (expand === undefined) return ['expand'];
  const needed = ['stack', 'resources', 'priorities'] as const;
  const missing: string[] = needed.filter((key) => expand[key] === undefined);
  return (expand.domain ?? host) === undefined ? [...missing, 'domain'] : missing;
}

/** The settings of a service; `undefined` where the sections lack what it needs. */
export function resolveCloudFormation(
  merged: MergedCloudFormation,
  host: string | undefined,
): CloudFormationSettings | undefined {
  if (missingKeys(merged, host).length > 0) return undefined;
  const { region, template, url, rollback, expand } = merged;
  const { 'role-arn': roleArn, 's3-bucket': s3Bucket } = merged;
  return {
    mode: merged.mode,
    ...(region && { region }),
    ...(template && { template }),
    parameters: mapValues(merged.parameters, resolveParameter),
    overrides: {},
    tags: mapValues(merged.tags, String),
    capabilities: list(merged.capabilities),
    ...(roleArn && { roleArn }),
    ...(s3Bucket && { s3Bucket }),
    s3Prefix: merged['s3-prefix'].replaceAll(/^\/+|\/+$/g, ''),
    notificationArns: list(merged['notification-arns']),
    terminationProtection: merged['termination-protection'],
    onFailure: merged['on-failure'],
    rollbackTriggers: list(rollback?.alarms),
    monitorMinutes: (parseDuration(rollback?.monitor ?? '') ?? 0) / 60_000,
    import: (merged.import ?? []).map(resolveImport),
    emptyBuckets: merged['empty-buckets'],
    detectDrift: merged['detect-drift'],
    ...(url && { url }),
    ...(merged.mode === 'expand' && expand && { expand: resolveExpand(expand, host) }),
  };
}

function resolveImport(given: NonNullable<FileCloudFormation['import']>[number]): ResourceImport {
  return {
    type: given.type,
    logicalId: given['logical-id'],
    identifier: { ...given.identifier },
  };
}

/** `missingKeys` found none, so that what is absent here is a fault of ours. */
function resolveExpand(expand: FileExpand, host: string | undefined): ExpandSettings {
  const { stack, service, containers, root, releases } = expand;
  const priorities = readPriorities(expand.priorities ?? '');
  const domain = expand.domain ?? host;
  if (stack === undefined || priorities === undefined || domain === undefined)
    throw new TypeError('expand lacks a key that was checked');
  return {
    stack,
    ...(service && { service }),
    resources: list(expand.resources),
    domain,
    image: expand.image ?? defaultExpand.image,
    ...(containers && { containers: list(containers) }),
    priorities,
    requireImage: expand['require-image'] ?? defaultExpand['require-image'],
    outputs: list(expand.outputs),
    attempts: expand.attempts ?? defaultExpand.attempts,
    ...(root && { root: { folder: folder(root.folder), template: root.template } }),
    ...(releases && { releases: folder(releases) }),
  };
}

function folder(path: string): string {
  return path.replace(/\/$/, '');
}

function list(given: TextOrList | undefined): string[] {
  return given === undefined ? [] : asList(given);
}

function mapValues<Value, Result>(
  given: Readonly<Record<string, Value>>,
  to: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, to(value)]));
}
