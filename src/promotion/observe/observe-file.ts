import type { StageObservation } from '../facts.ts';
import type { ObserveSettings } from '../settings.ts';
import { type Looking, type StageView, unknown, unknownByFault } from './stage-view.ts';
import { versionInValue } from './version-text.ts';

type FileSettings = Extract<ObserveSettings, { from: 'file' }>;

/** What a file on a branch says is to run. That it does, and is well, is not known by it, and counts as so. */
export async function observeFile(
  { stage }: StageView,
  { file, branch, path }: FileSettings,
  looking: Looking,
): Promise<StageObservation> {
  const text = await looking.repository.readFile(file, branch);
  const hint = `Mend \`observe\` of the stage ${stage.name}, or the file.`;
  if (text === undefined)
    return unknownByFault(looking, { message: `there is no ${file} on ${branch}`, hint });
  const texts = new Set(await looking.readValues(text, file, path));
  const at = looking.now();
  const place = `${path} of ${file} on ${branch}`;
  if (texts.size === 0) return unknownByFault(looking, { message: `there is no ${place}`, hint });
  if (texts.size > 1)
    return unknown(at, `${place} is not one version: ${[...texts].slice(0, 3).join(', ')}`);
  const [value = ''] = texts;
  const version = versionInValue(value);
  if (version === undefined)
    return unknownByFault(looking, { message: `${place} names no version`, hint });
  return { health: 'healthy', version, at, evidence: `${place} is ${version}` };
}
