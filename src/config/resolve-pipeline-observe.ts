import type { ObserveSettings } from '../promotion/settings.ts';
import type { FileObserve } from './pipeline-observe-section.ts';
import { asDuration } from './resolve-kubernetes-app.ts';

type Sections = Exclude<FileObserve, string>;

/**
 * How a stage is observed.
 * @param branch Where a file is looked for that names none.
 */
export function resolveObserve(given: FileObserve, branch: string): ObserveSettings {
  if (typeof given === 'string') return { from: 'deployments' };
  const { file, http, ref, cloudformation, kubernetes } = given;
  if (file) return { from: 'file', branch, ...file };
  if (http) return ofHttp(http);
  if (cloudformation) return ofStack(cloudformation);
  if (kubernetes) return ofWorkload(kubernetes);
  if (ref !== undefined) return { from: 'ref', ref };
  throw new TypeError('a stage is observed in no way');
}

function ofHttp({ url, version, expect, within }: NonNullable<Sections['http']>): ObserveSettings {
  const { json = '', header } = typeof version === 'string' ? { json: version } : version;
  return {
    from: 'http',
    url,
    version: header === undefined ? { json } : { header },
    ...(expect !== undefined && { expect }),
    within: asDuration(within),
  };
}

function ofStack(given: NonNullable<Sections['cloudformation']>): ObserveSettings {
  const { stack, region, version } = given;
  const kind = (['parameter', 'tag', 'output'] as const).find((each) => version[each]);
  if (!kind) throw new TypeError(`nothing of the stack ${stack} is its version`);
  return {
    from: 'cloudformation',
    stack,
    ...(region !== undefined && { region }),
    version: { kind, name: version[kind] ?? '' },
  };
}

function ofWorkload(given: NonNullable<Sections['kubernetes']>): ObserveSettings {
  const { context, namespace, kind, name, version } = given;
  const { container, label } = version;
  return {
    from: 'kubernetes',
    ...(context !== undefined && { context }),
    namespace,
    kind,
    name,
    version: label === undefined ? { ...(container !== undefined && { container }) } : { label },
  };
}
