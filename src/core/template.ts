/** What a template may name between braces. */
export const placeholders = [
  'id',
  'ID',
  'number',
  'slug',
  'service',
  'repository',
  'owner',
  'sha',
  'short-sha',
  'branch',
] as const;

/** The name of one placeholder. */
export type Placeholder = (typeof placeholders)[number];

/** What stands for a service's image where the run was given one; known only to settings of targets. */
export const imagePlaceholders = ['image', 'digest'] as const;

/** What each placeholder stands for; absent where this run does not know it (no pull request, no commit). */
export type TemplateValues = {
  readonly [Name in Placeholder | (typeof imagePlaceholders)[number]]?: string;
};

const placeholderForm = /\{([^{}]*)\}/g;

/** Placeholders of the template that do not exist, in order. */
export function unknownPlaceholders(template: string): string[] {
  return named(template).filter((name) => !isPlaceholder(name));
}

/** Placeholders of the template that have no value here, in order. */
export function missingPlaceholders(template: string, values: TemplateValues): string[] {
  return named(template).filter((name) => isPlaceholder(name) && values[name] === undefined);
}

/** The template with every placeholder replaced; those without a value stay as they are. */
export function renderTemplate(template: string, values: TemplateValues): string {
  return template.replaceAll(placeholderForm, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name as keyof TemplateValues] ?? whole) : whole,
  );
}

function named(template: string): string[] {
  return [...template.matchAll(placeholderForm)].map((match) => match[1] ?? '');
}

function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name);
}
