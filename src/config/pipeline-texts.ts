import type { Path } from './plain-values.ts';

/** Inputs of workflows, values of edits and words of commands are texts whatever they look like: `1.10` stays `1.10`. */
export function isPipelineText(path: Path): boolean {
  if (path[0] !== 'pipelines') return false;
  const [key, parent, above, further] = path.toReversed();
  return (
    (parent === 'inputs' && above === 'dispatch') ||
    (key === 'value' && above === 'edits') ||
    (parent === 'where' && further === 'edits') ||
    (parent === 'command' && typeof key === 'number')
  );
}
