import { renderTemplate } from '../../../../core/template.ts';
import type { Problem } from '../../../../core/user-error.ts';
import { type ContainerImage, fullRepository, repositoryOf, withImages } from '../image-names.ts';
import { type AdaptFacts, type AdaptStep, nameOf } from './adaptation.ts';
import { missingValues } from './missing-values.ts';

/**
 * Images by the name of their container, or by their repository. Where the settings name neither, the image that this
 * run was given replaces those of its own repository.
 */
export const adaptImages: AdaptStep = (objects, facts) => {
  const { settings, service } = facts;
  const told: string[] = [];
  const used = new Set<string>();
  const seen: ContainerImage[] = [];
  let isGivenUsed = service.image === undefined;
  const changed = objects.map((staged) => {
    const object = withImages(staged.object, (image) => {
      seen.push(image);
      const choice = chosen(image, facts);
      if (!choice) return undefined;
      used.add(choice.by);
      isGivenUsed ||= choice.image.includes(digestOf(service.image));
      if (choice.image !== image.image)
        told.push(
          `${nameOf(staged.object)}: image of container ${image.container} is ${choice.image}, not ${image.image}`,
        );
      return choice.image;
    });
    return { ...staged, object };
  });
  const unused = Object.keys(settings.images).filter((name) => !used.has(name));
  told.push(...unused.map((name) => `images: no container is called ${name} or has such an image`));
  return {
    objects: changed,
    told,
    problems: [...valueProblems(facts, used), ...(isGivenUsed ? [] : [unusedImage(facts, seen)])],
  };
};

function chosen(
  { container, repository }: ContainerImage,
  { settings, service }: AdaptFacts,
): { readonly by: string; readonly image: string } | undefined {
  const full = fullRepository(repository);
  const names = Object.keys(settings.images);
  const by =
    names.find((name) => name === container) ?? names.find((name) => fullRepository(name) === full);
  if (by !== undefined)
    return { by, image: renderTemplate(settings.images[by] ?? '', service.values) };
  const isGiven =
    service.image !== undefined && fullRepository(repositoryOf(service.image)) === full;
  return isGiven ? { by: '', image: service.image } : undefined;
}

/** Of `registry/web@sha256:…`; the whole where there is none. */
function digestOf(image = ''): string {
  return image.split('@')[1] ?? image;
}

/** Only of what is used: services inherit the images of others. */
function valueProblems({ settings, service }: AdaptFacts, used: ReadonlySet<string>): Problem[] {
  return Object.entries(settings.images).flatMap(([name, template]) =>
    used.has(name) ? missingValues(`images.${name}`, template, service) : [],
  );
}

function unusedImage({ service }: AdaptFacts, seen: readonly ContainerImage[]): Problem {
  const containers = [...new Set(seen.map(({ container }) => container))];
  const [first = service.name] = containers;
  return {
    message: `the image that was given for ${service.name} is used by no container of its manifests; there are ${containers.join(', ') || 'none'}`,
    hint: `Name the container: \`preview.kubernetes.images: { ${first}: "{image}" }\`.`,
  };
}
