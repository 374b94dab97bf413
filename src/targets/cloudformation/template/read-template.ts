import { isMap, isSeq } from 'yaml';
import { UserError } from '../../../core/user-error.ts';
import { referenceProblems } from './check-references.ts';
import { resourceEntries, sectionProblems } from './check-sections.ts';
import { declaredParameters } from './declared-parameters.ts';
import {
  entriesOf,
  offsetOf,
  parseTemplate,
  plainText,
  type TemplateDocument,
  valueAt,
} from './document.ts';
import type { TemplateFacts } from './facts.ts';
import { localReferences } from './local-references.ts';

/**
 * Reads a template in YAML (with CloudFormation's tags) or JSON. Throws a `UserError` with every problem and its
 * line: syntax, keys given twice, unknown sections, no resources, resources without type, references to nothing,
 * and more than 500 resources, 200 parameters or 200 outputs (quotas of the CloudFormation user guide).
 */
export function readTemplate(text: string, file: string): TemplateFacts {
  const document = parseTemplate(text, file);
  if (!document.root) throw UserError.all(document.problems);
  const transforms = hasTransforms(document);
  const problems = [
    ...sectionProblems(document, transforms),
    ...referenceProblems(document, transforms),
  ];
  if (problems.length > 0)
    throw UserError.all(problems.sort((a, b) => (a.location?.line ?? 0) - (b.location?.line ?? 0)));
  const resources = resourceEntries(document);
  const line = (offset: number) => document.at(offset).line ?? 1;
  return {
    parameters: declaredParameters(document),
    resources: new Map(
      resources.map(({ key, offset, value }) => [
        key,
        { type: plainText(valueAt(value, 'Type')) ?? '', line: line(offset) },
      ]),
    ),
    transforms,
    localReferences: localReferences(document, text),
    lineOf: (logicalId, property = '') => {
      const resource = resources.find(({ key }) => key === logicalId);
      return resource && line(deepest(resource.value, pathOf(property)) ?? resource.offset);
    },
  };
}

/** Macros, loops, includes and modules: names may exist that are not written. */
function hasTransforms(document: TemplateDocument): boolean {
  const { root } = document;
  if (entriesOf(root).some(({ key }) => key === 'Transform' || key === 'Fn::Transform'))
    return true;
  const resources = document.resolve(valueAt(root, 'Resources'));
  if (entriesOf(resources).some(({ key }) => key.startsWith('Fn::') || key === '<<')) return true;
  return resourceEntries(document).some(({ value }) =>
    plainText(valueAt(value, 'Type'))?.endsWith('::MODULE'),
  );
}

/** CloudFormation writes a property as `Tags.0.Value`, `/Tags/0/Value` or `#/Tags/0/Value`. */
function pathOf(property: string): string[] {
  const parts = property.split(/[./#]+/).filter((part) => part !== '');
  return parts.length > 0 && parts[0] !== 'Properties' ? ['Properties', ...parts] : parts;
}

/** Offset of the key at the end of the path, or of the last one on the way there that exists below `Properties`. */
function deepest(resource: unknown, path: readonly string[]): number | undefined {
  let node = resource;
  let found: number | undefined;
  for (const [depth, part] of path.entries()) {
    const next = isMap(node)
      ? entriesOf(node).find(({ key }) => key === part)
      : itemOf(node, Number(part));
    if (!next) return found;
    if (depth > 0) found = next.offset;
    node = next.value;
  }
  return found;
}

function itemOf(node: unknown, index: number) {
  const value = isSeq(node) ? node.items[index] : undefined;
  return value === undefined ? undefined : { offset: offsetOf(value), value };
}
