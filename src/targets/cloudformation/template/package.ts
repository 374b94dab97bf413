import type { TemplateStore, Upload } from './store.ts';

/** What packaging reads and where it puts things. */
export interface Packaging {
  readonly store: TemplateStore;
  /** Text of a file of the repository, by path from its root; `undefined` = there is none. */
  read(path: string): Promise<string | undefined>;
}

/** A template whose local references are addresses. */
export interface PackagedTemplate {
  readonly text: string;
  /** Nested templates first, each once; empty when nothing local was named. */
  readonly uploads: readonly Upload[];
}

/**
 * Replaces local files in `TemplateURL` of nested stacks, `Location` of serverless applications and `AWS::Include`
 * by the addresses they will have, depth first; everything else stays byte for byte. Throws a `UserError` for files
 * that are not there, lie outside the repository, name each other in a circle or cannot be read as templates, and
 * when there is no bucket.
 */
export async function packageTemplate(
  _root: { readonly path: string; readonly text: string },
  _packaging: Packaging,
): Promise<PackagedTemplate> {
  throw new Error('not yet');
}
