import { UserError } from '../../../../core/user-error.ts';
import type { CloudFormationContext } from '../../context.ts';
import { type ReleaseDefinition, readReleases } from './releases.ts';
import { type Part, partsOf, type SharedPlace, sharedPlaces } from './shared-place.ts';

/** The shared stacks of the configuration, with what lives in them. Throws a `UserError`. */
export async function readPlaces({
  services,
  repository,
  files,
}: CloudFormationContext): Promise<readonly SharedPlace[]> {
  const parts: Part[] = [];
  const folders = new Map<string, readonly ReleaseDefinition[]>();
  for (const { name, settings } of services) {
    const { expand } = settings;
    if (!expand) throw notConfigured(name);
    const folder = expand.releases;
    if (folder !== undefined && !folders.has(folder)) {
      folders.set(folder, readReleases(await files.trustedFolder(folder), folder));
    }
    const releases = folder === undefined ? undefined : folders.get(folder);
    parts.push(...partsOf({ name, settings, expand, ...(releases && { releases }) }, repository));
  }
  return sharedPlaces(parts, [...folders.values()].flat());
}

function notConfigured(name: string): UserError {
  return new UserError(
    `service ${name} has \`mode: expand\`, but no \`expand\``,
    'Write `expand: { stack, resources, domain, image, priorities }` under `preview.cloudformation`.',
  );
}
