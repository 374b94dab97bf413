/** One change to a file: which value, and what it becomes. */
export type Edit = PathEdit | MarkerEdit | KustomizeEdit;

interface Common {
  /** The text that the value becomes, or a part of it; see `part`. */
  readonly value: string;
  /** How many values must be meant; 1 unless it is said otherwise. */
  readonly matches?: number;
  /**
   * Of a reference to an image (`registry/name:tag@digest`) only this becomes `value`; absent = the whole value. Giving it
   * a tag takes away its digest, and the other way round.
   */
  readonly part?: 'tag' | 'digest';
}

/** The value at a path, in each document that has it: `image.tag`, `containers[0].image`, `images[name=web].newTag`. */
export interface PathEdit extends Common {
  readonly kind: 'path';
  readonly path: string;
  /** Only in documents whose values at these paths are these: `{ kind: Deployment, metadata.name: web }`. */
  readonly where?: Readonly<Record<string, string>>;
}

/** The values on whose line a comment has this text, not within a longer word. */
export interface MarkerEdit extends Common {
  readonly kind: 'marker';
  readonly marker: string;
}

/** The tag or digest of an image in the `images` of a kustomization. */
export interface KustomizeEdit extends Omit<Common, 'part'> {
  readonly kind: 'kustomize';
  /** `name` of the entry. */
  readonly image: string;
  readonly set: 'newTag' | 'digest';
}

/** Text that takes the place of other text. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text with all replacements made; they must not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.from - a.from)
    .reduce(
      (edited, { from, to, text: next }) => edited.slice(0, from) + next + edited.slice(to),
      text,
    );
}
