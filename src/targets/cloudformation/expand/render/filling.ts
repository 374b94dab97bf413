import {
  missingPlaceholders,
  renderTemplate,
  type TemplateValues,
} from '../../../../core/template.ts';
import type { ExpandSettings } from '../../settings.ts';
import type { RenderedPreview } from '../shared-state.ts';
import type { Filling } from './compiled.ts';
import type { ImagePart } from './image-changes.ts';

/** What a preview puts into the holes, or why it cannot. */
export type Filled =
  | { readonly filling: Filling; readonly part: ImagePart }
  | { readonly fault: string };

/** What a substitution of CloudFormation's stands for cannot be known here. */
const substitution = /\$\{[A-Za-z0-9:._]+\}/g;

/** https://docs.docker.com/reference/cli/docker/image/tag/ */
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;
const referenceForm = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$/;
const labelForm = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const idForm = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** End of the logical ids of a preview's clones. */
export function logicalSuffix(id: string): string {
  return id.toUpperCase().replaceAll('-', '');
}

/** Text for the holes. Everything in it is checked: it may come from branch names and inputs. */
export function fillingFor(preview: RenderedPreview, settings: ExpandSettings): Filled {
  const { id, values, priorities } = preview;
  if (!idForm.test(id))
    return { fault: `the id ${JSON.stringify(id)} is not of letters and digits` };
  const domain = rendered(settings.domain, values);
  const image = imageOf(preview, settings);
  if ('fault' in image) return image;
  const fault = missing('domain', settings.domain, values) ?? domainFault(domain);
  if (fault) return { fault };
  const upper = id.toUpperCase();
  const filling = {
    logical: logicalSuffix(id),
    dashed: `-${upper}`,
    upper,
    domain,
    version: image.version,
    image: image.whole,
    priorities,
  };
  return { filling, part: image.part };
}

/** Whether the setting names whole images. */
export function isWholeImage(template: string): boolean {
  return template.includes('/') || template.includes('{image}');
}

type Image = { readonly part: ImagePart; readonly version: string; readonly whole: string };

function imageOf(
  { image, values }: RenderedPreview,
  settings: ExpandSettings,
): Image | { readonly fault: string } {
  const fault = image === undefined ? missing('image', settings.image, values) : undefined;
  if (fault) return { fault };
  const text = image ?? rendered(settings.image, values);
  if (digestForm.test(text)) return { part: 'version', version: `@${text}`, whole: '' };
  const isWhole = isWholeImage(settings.image) || /[/:@]/.test(text);
  if (!isWhole && tagForm.test(text)) return { part: 'version', version: `:${text}`, whole: '' };
  const mask = settings.image.includes('${') ? text.replaceAll(substitution, 'x') : text;
  if (isWhole && referenceForm.test(mask)) return { part: 'whole', version: '', whole: text };
  const what = isWhole ? 'reference of an image' : 'tag of an image';
  return { fault: `${JSON.stringify(text.slice(0, 80))} is no ${what}` };
}

function domainFault(domain: string): string | undefined {
  const masked = domain.replaceAll(substitution, 'x').replace(/\.$/, '');
  const isValid = masked.length <= 253 && masked.split('.').every((label) => labelForm.test(label));
  return isValid ? undefined : `${JSON.stringify(domain.slice(0, 300))} is no domain`;
}

function missing(what: string, template: string, values: TemplateValues): string | undefined {
  const names = missingPlaceholders(template.replaceAll(substitution, ''), values);
  return names.length === 0 ? undefined : `${what}: there is no value for {${names.join('}, {')}}`;
}

/** Placeholders between bare braces only: `${id}` is a parameter of the template's. */
function rendered(template: string, values: TemplateValues): string {
  if (!template.includes('${')) return renderTemplate(template, values);
  return template
    .split(/(\$\{[^}]*\})/)
    .map((part, index) => (index % 2 === 1 ? part : renderTemplate(part, values)))
    .join('');
}
