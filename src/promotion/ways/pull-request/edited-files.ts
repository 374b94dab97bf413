import { UserError } from '../../../core/user-error.ts';
import { applyEdits } from '../../edits/apply-edits.ts';
import type { Edit } from '../../edits/edit.ts';
import { filled } from '../texts.ts';
import type { FoundFile, TextFile } from './ports.ts';
import type { Work } from './work.ts';

/** What the edits make of a commit's files; `same` = they are so already. */
export type Edited =
  | { readonly kind: 'edited'; readonly files: readonly TextFile[] }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly evidence: string };

/** The files of a commit that the edits change, and how they are then. One that cannot be edited refuses all. */
export async function editedFiles(work: Work, commit: string): Promise<Edited> {
  const edits = byFile(work);
  const found = await work.ports.objects.files(commit, [...edits.keys()]);
  const results = [...edits].map(([path, each]) => editedFile(path, found.get(path), each, work));
  const refused = results.flatMap((result) => (typeof result === 'string' ? [result] : []));
  if (refused.length > 0) return { kind: 'refused', evidence: refused.join('; ') };
  const files = results.filter((result): result is TextFile => typeof result === 'object');
  return files.length > 0 ? { kind: 'edited', files } : { kind: 'same' };
}

function byFile(work: Work): Map<string, Edit[]> {
  const edits = new Map<string, Edit[]>();
  for (const { file, edit } of work.settings.edits) {
    const filledEdit = { ...edit, value: filled(edit.value, work) };
    edits.set(file, [...(edits.get(file) ?? []), filledEdit]);
  }
  return edits;
}

/** `undefined` = it stays as it is; a text = why it cannot be. */
function editedFile(
  path: string,
  found: FoundFile | undefined,
  edits: readonly Edit[],
  { settings }: Work,
): TextFile | string | undefined {
  if (!found) return `${settings.base} has no file ${path}`;
  if ('unfit' in found) return `${path} on ${settings.base} ${found.unfit}`;
  try {
    const text = applyEdits(found.text, path, edits);
    return text === found.text ? undefined : { ...found, text };
  } catch (cause) {
    if (cause instanceof UserError) return cause.problems.map(wording).join('; ');
    throw cause;
  }
}

function wording({ message, hint, location }: UserError['problems'][number]): string {
  const at = [location?.file, location?.line].filter((part) => part !== undefined).join(':');
  return `${at === '' ? '' : `${at}: `}${message}. ${hint}`;
}
