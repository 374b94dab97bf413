import type { EcrImage } from '../../nearby/nearby.ts';
import { type ReleaseDefinition, releasedVersions } from './releases.ts';
import type { Snapshot, Workshop } from './snapshot.ts';
import { knownNames } from './stack-names.ts';

/**
 * The versions that release definitions give to the main deployments, by parameter. As Kayron does, one whose image
 * is not in the registry yet is left as it is, where images are required.
 */
export async function currentVersions(
  { engine }: Workshop,
  { place, stack, cloud }: Snapshot,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const known = knownNames(stack);
  const required = place.files.some(({ parts }) =>
    parts.some(({ expand }) => expand.requireImage === 'ecr'),
  );
  const infrastructure = new Set(infrastructureNames(place.releases));
  const versions = new Map<string, string>();
  for (const [parameter, { name, version }] of releasedVersions(place.releases)) {
    const moves = known.get(parameter) !== version;
    const asks = moves && required && !infrastructure.has(name);
    const there = !asks || (await isThere(imageOf(name, version, known.get('AWS::Region') ?? '')));
    if (there) versions.set(parameter, version);
  }
  return versions;

  async function isThere(image: EcrImage): Promise<boolean> {
    return (await engine.nearby(cloud)).imageExists(image, signal);
  }
}

function infrastructureNames(releases: readonly ReleaseDefinition[]): readonly string[] {
  return releases.filter(({ infrastructure }) => infrastructure).map(({ name }) => name);
}

function imageOf(repository: string, tag: string, region: string): EcrImage {
  return { region, repository, version: { tag } };
}
