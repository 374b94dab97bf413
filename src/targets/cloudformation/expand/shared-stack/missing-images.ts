import { renderTemplate } from '../../../../core/template.ts';
import { duration } from '../../../../core/time.ts';
import { type UrlProbing, untilUrlHealthy } from '../../../health.ts';
import { ecrImage } from '../../nearby/ecr-image.ts';
import type { Nearby } from '../../nearby/nearby.ts';
import { entryKey, type Wanted } from '../decide/wanted.ts';
import type { SharedTemplate } from '../shared-state.ts';
import {
  fillIn,
  imagesIn,
  type KnownNames,
  type TemplateImage,
  withVersion,
} from './image-reference.ts';
import type { Part } from './shared-place.ts';

/** What is asked whether an image is there. */
export interface ImageSources {
  nearby(): Promise<Nearby>;
  /** Whether an address answers 200 now; the detail says what else it did. */
  answers(url: string): Promise<{ readonly healthy: boolean; readonly detail: string }>;
  readonly signal: AbortSignal;
}

/** The template that clones are made from, as far as images go. */
export interface ImageFacts {
  readonly template: SharedTemplate;
  readonly file: string;
  readonly known: KnownNames;
}

/** `requireImage` of settings that ask for nothing. */
const none = 'none';
const ecr = 'ecr';

/**
 * Those of the entries whose image is not there, with the reason in words. Asks once for each image, and not at
 * all where the settings require none. Not knowing is not being there: the reason then says so.
 */
export async function missingImages(
  candidates: readonly { readonly wanted: Wanted; readonly part: Part }[],
  facts: ImageFacts,
  sources: ImageSources,
): Promise<ReadonlyMap<string, string>> {
  const asked = new Map<string, Promise<string | undefined>>();
  const once = (name: string, ask: () => Promise<string | undefined>) => {
    const answer = asked.get(name) ?? ask();
    asked.set(name, answer);
    return answer;
  };
  const missing = new Map<string, string>();
  for (const { wanted, part } of candidates) {
    const reason = await missingReason(wanted, part, facts, sources, once);
    if (reason !== undefined) missing.set(entryKey(wanted), reason);
  }
  return missing;
}

type AskOnce = (
  name: string,
  ask: () => Promise<string | undefined>,
) => Promise<string | undefined>;

async function missingReason(
  wanted: Wanted,
  part: Part,
  facts: ImageFacts,
  sources: ImageSources,
  once: AskOnce,
): Promise<string | undefined> {
  const { requireImage } = part.expand;
  if (requireImage === none || wanted.image === undefined) return undefined;
  if (requireImage !== ecr) {
    const url = renderTemplate(requireImage, wanted.values);
    return once(url, () => askAddress(url, sources));
  }
  for (const reference of cloneImages(wanted, part, facts)) {
    const reason = await once(reference, () => askRegistry(reference, sources));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function askAddress(url: string, { answers }: ImageSources): Promise<string | undefined> {
  const { healthy, detail } = await answers(url);
  return healthy ? undefined : `its image is not there yet: of ${url}, ${detail}`;
}

async function askRegistry(
  reference: string,
  { nearby, signal }: ImageSources,
): Promise<string | undefined> {
  const image = ecrImage(reference);
  if (!image) return undefined;
  const there = await (await nearby()).imageExists(image, signal);
  return there ? undefined : `its image ${reference} is not in the registry yet`;
}

/** The images that the clones of this preview will name, as far as they can be told from here. */
function cloneImages(
  { id, part: name, image = '' }: Wanted,
  { expand }: Part,
  { template, file, known }: ImageFacts,
): readonly string[] {
  if (image.includes('/')) return [image];
  const clones = new Set(template.cloneIds(name, id));
  const own = imagesIn(template.base, file).filter(({ logicalId }) =>
    clones.has(logicalId + id.toUpperCase()),
  );
  const references = chosen(own, expand.containers).flatMap(({ reference }) => {
    const complete = reference && fillIn(withVersion(reference, image), known);
    return complete ? [complete] : [];
  });
  return [...new Set(references)];
}

/** As the renderer chooses: by name, else those of the first one's repository. */
function chosen(
  images: readonly TemplateImage[],
  containers: readonly string[] | undefined,
): readonly TemplateImage[] {
  if (containers) return images.filter(({ container }) => containers.includes(container));
  const first = images[0]?.reference && withVersion(images[0].reference, 'x');
  return images.filter(({ reference }) => reference && withVersion(reference, 'x') === first);
}

/** An address that stands for an image is asked for this long: the image may be pushed this very moment. */
const addressPatience = duration(1000);

/** Whether an address answers 200. */
export async function isAnswering(
  url: string,
  probing: UrlProbing,
): Promise<{ readonly healthy: boolean; readonly detail: string }> {
  if (!URL.canParse(url)) return { healthy: false, detail: 'which is no address' };
  const { origin, pathname, search } = new URL(url);
  const probe = { path: pathname + search, expect: 200, within: addressPatience };
  const health = await untilUrlHealthy(origin, probe, probing);
  return health.healthy ? { healthy: true, detail: '' } : health;
}
