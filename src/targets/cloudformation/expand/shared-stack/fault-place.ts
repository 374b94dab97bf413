import type { SourceLocation } from '../../../../core/user-error.ts';
import { resourceIn, type SharedFailure } from '../decide/decide-culprit.ts';
import type { EntryDecision } from '../decide/decide-set.ts';
import type { DraftFile } from './draft.ts';

/** Where the resource that failed stands in the repository; `undefined` = nowhere, or nobody knows. */
export function placeOfFailure(
  files: readonly DraftFile[],
  failure: Pick<SharedFailure, 'stack' | 'logicalId'>,
): SourceLocation | undefined {
  for (const { deployed, template } of files) {
    const name = resourceIn(deployed.path, failure);
    const place = name && deployed.file.template ? template.locate(name, []) : undefined;
    if (place) return place;
  }
  return undefined;
}

/** Where the original of the clone stands that the reason for which a preview is held names first. */
export function placeOfHeld(
  { deployed, template }: DraftFile,
  { part: service, id, reason }: Pick<EntryDecision, 'part' | 'id' | 'reason'>,
): SourceLocation | undefined {
  if (deployed.file.template === undefined) return undefined;
  const clones = new Set(template.cloneIds(service, id));
  const named = reason.match(/[A-Za-z0-9]+/g)?.find((word) => clones.has(word));
  return named === undefined ? undefined : template.locate(named, [{ service, id }]);
}
