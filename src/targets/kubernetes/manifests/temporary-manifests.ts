import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '../../../core/user-error.ts';
import { isManifestName } from './gather-manifests.ts';
import type { ManifestText } from './read-manifests.ts';

/**
 * What steps before have written: a file, or the manifests in a folder. Only below `RUNNER_TEMP`, since the
 * configuration may come from a pull request. Throws a `UserError`.
 */
export function temporaryManifests(
  path: string,
  runnerTemp: string | undefined,
): readonly ManifestText[] {
  const place = runnerTemp ? realOf(path) : undefined;
  if (!runnerTemp || place === undefined) {
    throw new UserError(
      `preview.kubernetes.manifests: there is no file ${path}`,
      'Write it in a step before, in the same job: `kustomize build deploy > "$RUNNER_TEMP/manifests.yaml"`.',
    );
  }
  if (!place.startsWith(realpathSync(runnerTemp) + sep)) {
    throw new UserError(
      `preview.kubernetes.manifests: ${path} is outside of the repository and of RUNNER_TEMP (${runnerTemp})`,
      'Let the step write it to "$RUNNER_TEMP".',
    );
  }
  if (!statSync(place).isDirectory()) return [{ file: path, text: readFileSync(place, 'utf8') }];
  const names = readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isManifestName(entry.name))
    .map(({ name }) => name);
  return names.sort().map((name) => ({
    file: join(path, name),
    text: readFileSync(join(place, name), 'utf8'),
  }));
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
