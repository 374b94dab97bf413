import {
  imagePlaceholders,
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
} from '../../../../core/template.ts';
import { toIso } from '../../../../core/time.ts';
import type { DesiredPreview, DesiredService } from '../../../target.ts';
import type { Part } from '../shared-stack/shared-place.ts';

/** One service of one preview as it should stand in a shared template. */
export interface Wanted {
  /** Name of the part: `service` in the template's memory. */
  readonly part: string;
  readonly id: string;
  readonly repository: string;
  readonly pullRequest: number;
  readonly commit: string;
  readonly fingerprint: string;
  readonly requested: boolean;
  /** ISO 8601; absent = never. */
  readonly expiresAt?: string;
  readonly values: TemplateValues;
  /** What the setting `image` says for this commit; `undefined` = only the preview's own run knows it. */
  readonly image: string | undefined;
}

/** How one entry is told from all others of our repository. */
export function entryKey({ part, id }: { readonly part: string; readonly id: string }): string {
  return `${part} ${id}`;
}

/** What the previews want of the parts, oldest pull request first; of two with one id the older counts. */
export function wantedEntries(
  previews: readonly DesiredPreview[],
  parts: readonly Part[],
): readonly Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const preview of previews) {
    for (const part of parts) {
      const service = preview.services.find(({ name }) => name === part.service);
      const key = entryKey({ part: part.name, id: preview.previewId });
      if (service && !wanted.has(key)) wanted.set(key, wantedEntry(preview, service, part));
    }
  }
  return [...wanted.values()];
}

function wantedEntry(preview: DesiredPreview, service: DesiredService, part: Part): Wanted {
  const { repository, previewId, pullRequest, commit, fingerprint, requested, expiresAt } = preview;
  const values: TemplateValues = { ...withImage(service), service: part.shortName };
  const image = renderTemplate(part.expand.image, values);
  const known =
    missingPlaceholders(image, values).length === 0 &&
    !imagePlaceholders.some((name) => image.includes(`{${name}}`));
  return {
    part: part.name,
    id: previewId,
    repository,
    pullRequest,
    commit,
    fingerprint,
    requested,
    values,
    image: known ? image : undefined,
    ...(expiresAt !== undefined && { expiresAt: toIso(expiresAt) }),
  };
}

/** The placeholders `{image}` and `{digest}`, where this run was given an image. */
function withImage({ image, values }: DesiredService): TemplateValues {
  if (image === undefined) return values;
  const digest = image.split('@')[1];
  return { ...values, image, ...(digest !== undefined && { digest }) };
}
