import { type Document, parseAllDocuments } from 'yaml';
import { type Problem, UserError } from '../../core/user-error.ts';
import type { Edit } from './edit.ts';

/** A text and what it holds. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
  readonly isJson: boolean;
}

/** Reads a text; one that is no YAML or JSON is refused with every fault. */
export function readSource(text: string, file: string): Source {
  const isJson = file.toLowerCase().endsWith('.json');
  const parsed = parseAllDocuments(text, {
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const source = { file, text, documents, isJson };
  const problems = documents.flatMap(({ errors }) =>
    errors.map(({ message, pos }) =>
      fault(source, pos[0], message, 'Only a file that can be read is edited.'),
    ),
  );
  if (problems.length > 0) throw UserError.all(problems);
  return source;
}

/** A fault at a place of the text. */
export function fault(
  { file, text }: Pick<Source, 'file' | 'text'>,
  offset: number | undefined,
  message: string,
  hint: string,
): Problem {
  if (offset === undefined) return { message, hint, location: { file } };
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { message, hint, location: { file, line: before.length, column } };
}

/** The problem with how often something was found, if there is one. */
export function checkCount(
  source: Source,
  edit: Edit,
  found: readonly unknown[],
): Problem | undefined {
  const { matches = 1 } = edit;
  if (found.length === matches) return undefined;
  const what =
    edit.kind === 'path'
      ? `path ${edit.path}`
      : edit.kind === 'marker'
        ? `marker ${edit.marker}`
        : `image ${edit.image}`;
  const times =
    found.length === 0 ? 'is not there' : `is there ${found.length} times, ${matches} expected`;
  const hint =
    found.length === 0
      ? 'Name what is in the file as it stands on the base branch; nothing is ever added.'
      : 'Say `matches` when all of them are meant, or name the one that is.';
  return fault(source, undefined, `the ${what} ${times}`, hint);
}
