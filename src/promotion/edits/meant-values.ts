import type { Problem } from '../../core/user-error.ts';
import type { MarkerEdit, PathEdit } from './edit.ts';
import { allScalars, type Found, findByPath, textAt } from './find-values.ts';
import { parsePath } from './path.ts';
import { fault, type Source } from './source.ts';

/** What an edit means in a file, in the order of the file; a problem where its path is none. */
export function meantValues(source: Source, edit: PathEdit | MarkerEdit): Found[] | Problem {
  return edit.kind === 'path' ? byPath(source, edit) : byMarker(source, edit);
}

function byPath(source: Source, { path, where = {} }: PathEdit): Found[] | Problem {
  const steps = parsePath(path);
  if (!steps)
    return fault(
      source,
      undefined,
      `${JSON.stringify(path)} is no path`,
      'Write `image.tag`, `containers[0].image` or `images[name=web].newTag`.',
    );
  const conditions = Object.entries(where).map(([at, value]) => ({
    steps: parsePath(at) ?? [],
    value,
  }));
  return source.documents
    .filter((document) =>
      conditions.every(({ steps: at, value }) => at.length > 0 && textAt(document, at) === value),
    )
    .flatMap((document) => findByPath(document, steps));
}

function byMarker({ documents, text }: Source, { marker }: MarkerEdit): Found[] {
  const scalars = documents.flatMap(allScalars);
  return scalars.filter(({ node }) => {
    const end = node.range?.[1];
    if (end === undefined) return false;
    const [line = ''] = text.slice(end).split(/\r?\n/, 1);
    const comment = /^[\s,\]}]*#(.*)$/.exec(line)?.[1];
    return comment !== undefined && hasWord(comment, marker);
  });
}

function hasWord(comment: string, marker: string): boolean {
  for (let at = comment.indexOf(marker); at >= 0; at = comment.indexOf(marker, at + 1)) {
    const [before = ' ', after = ' '] = [comment[at - 1], comment[at + marker.length]];
    if (!isWord(before, marker[0]) && !isWord(after, marker.at(-1))) return true;
  }
  return false;
}

function isWord(outside: string, inside: string | undefined): boolean {
  const form = /[\w./:-]/;
  return form.test(outside) && inside !== undefined && form.test(inside);
}
