import { imagePlaceholders, missingPlaceholders } from '../../../../core/template.ts';
import type { Problem } from '../../../../core/user-error.ts';
import type { DesiredService } from '../../../target.ts';

/** What a template of the settings needs and this run was not given. */
export function missingValues(
  place: string,
  template: string,
  { name, values }: Pick<DesiredService, 'name' | 'values'>,
): Problem[] {
  const images = imagePlaceholders.filter(
    (placeholder) => template.includes(`{${placeholder}}`) && values[placeholder] === undefined,
  );
  const missing = [...missingPlaceholders(template, values), ...images];
  if (missing.length === 0) return [];
  return [
    {
      message: `preview.kubernetes.${place} "${template}" needs {${missing.join('}, {')}}, which this run was not given`,
      hint:
        images.length > 0
          ? `Pass the input \`images: ${name}=registry.example.com/${name}@sha256:…\` from the step that pushed the image.`
          : 'Run on a pull_request event, or pass the input `pull-request`.',
    },
  ];
}
