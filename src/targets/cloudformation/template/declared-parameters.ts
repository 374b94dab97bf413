import { isSeq } from 'yaml';
import type { DeclaredParameter } from '../stack/parameters.ts';
import { entriesOf, plainText, type TemplateDocument, valueAt } from './document.ts';

/** The section `Parameters`, in order. A default is the text that is written. */
export function declaredParameters(document: TemplateDocument): DeclaredParameter[] {
  const { root, resolve } = document;
  return entriesOf(resolve(valueAt(root, 'Parameters'))).map(({ key, value }) =>
    declared(key, resolve(value)),
  );
}

function declared(name: string, node: unknown): DeclaredParameter {
  const preset = plainText(valueAt(node, 'Default'));
  const allowed = valueAt(node, 'AllowedValues');
  return {
    name,
    type: plainText(valueAt(node, 'Type')) ?? 'String',
    noEcho: /^(true|yes|on|y)$/i.test(plainText(valueAt(node, 'NoEcho')) ?? ''),
    ...(preset !== undefined && { default: preset }),
    ...(isSeq(allowed) && { allowedValues: allowed.items.map((item) => plainText(item) ?? '') }),
  };
}
