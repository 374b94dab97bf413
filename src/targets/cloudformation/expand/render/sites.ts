import { type Problem, UserError } from '../../../../core/user-error.ts';
import { below, endOf, type Insertion, isEmptySection, isOpenMap } from '../syntax/insertion.ts';
import { lineBreakOf } from '../syntax/source-text.ts';
import { sectionOf, type TemplateTree } from '../syntax/template-tree.ts';

/** Where what is ours goes. */
export interface Sites {
  readonly resources: Insertion;
  /** Absent when no outputs are cloned. */
  readonly outputs?: Insertion;
  readonly metadata: Insertion;
  /** The template has no `Metadata`: the section is ours too. */
  readonly isOwnSection: boolean;
  readonly lineBreak: string;
}

/** Throws a `UserError` for sections that nothing can be put into. */
export function sitesOf(tree: TemplateTree, hasOutputs: boolean): Sites {
  const metadata = sectionSite(tree, 'Metadata');
  return {
    resources: requiredSite(tree, 'Resources'),
    ...(hasOutputs && { outputs: requiredSite(tree, 'Outputs') }),
    metadata: metadata ?? endOf(tree.source, tree.root),
    isOwnSection: !metadata,
    lineBreak: lineBreakOf(tree.source),
  };
}

function requiredSite(tree: TemplateTree, name: string): Insertion {
  const site = sectionSite(tree, name);
  if (site) return site;
  throw UserError.all([closedSection(tree, name, 0)]);
}

function sectionSite(tree: TemplateTree, name: string): Insertion | undefined {
  const section = sectionOf(tree, name);
  if (!section) return undefined;
  if (isOpenMap(section.value)) return endOf(tree.source, section.value);
  if (isEmptySection(tree.source, section)) return below(tree.source, section);
  throw UserError.all([closedSection(tree, name, section.from)]);
}

function closedSection(tree: TemplateTree, name: string, start: number): Problem {
  return {
    message: `the template has no section ${name} that previews can be put into`,
    hint: `Write \`${name}:\` as a map in ${tree.file} itself, not as an alias.`,
    location: tree.at({ start }),
  };
}
