import { type Fields, fieldsOf, listOf, textOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { containerText } from '../../review-app/app-templates.ts';
import type { StagedObject } from '../../stage.ts';
import { podPathOf } from '../pod-path.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptStep, kindKey, nameOf } from './adaptation.ts';
import { missingValues } from './missing-values.ts';

/** Variables that the settings name are set where a container has them, itself or from a ConfigMap or Secret. */
export const adaptVariables: AdaptStep = (objects, { settings, service }) => {
  const wanted = Object.entries(settings.env);
  if (wanted.length === 0) return { objects };
  const told: string[] = [];
  const used = new Set<string>();
  const sources = keysOfSources(objects);
  const changed = objects.map((staged) => {
    const object = withContainers(staged.object, (container) => {
      const own = wanted.filter(([name]) => has(container, name, sources));
      if (own.length === 0) return container;
      const env = own.map(([name, template]) => {
        used.add(name);
        const value = containerText(template, service.values);
        told.push(
          `${nameOf(staged.object)}: ${name} of container ${textOf(container.name)} is ${value}`,
        );
        return { name, value };
      });
      return { ...container, env: joined(listOf(container.env), env) };
    });
    return { ...staged, object };
  });
  const unused = wanted.filter(([name]) => !used.has(name));
  told.push(...unused.map(([name]) => `env: no container has ${name}`));
  const problems = wanted.flatMap(([name, template]) =>
    used.has(name) ? missingValues(`env.${name}`, template, service) : [],
  );
  return { objects: changed, told, problems };
};

/** The object with other containers, those of the preparation included. */
export function withContainers(
  object: KubeObject,
  change: (container: Fields) => Fields,
): KubeObject {
  const path = podPathOf(object);
  if (path === undefined) return object;
  return ['containers', 'initContainers'].reduce(
    (changed, list) =>
      rewritten(changed, `${path}spec.${list}.*`, (container) => change(fieldsOf(container))),
    object,
  );
}

/** Keys by `ConfigMap name` and `Secret name`. */
function keysOfSources(objects: readonly StagedObject[]): ReadonlyMap<string, readonly string[]> {
  const keys = objects.flatMap(({ object }): [string, string[]][] => {
    if (!['ConfigMap.', 'Secret.'].includes(kindKey(object))) return [];
    const { data, stringData } = object;
    return [[nameOf(object), Object.keys({ ...fieldsOf(data), ...fieldsOf(stringData) })]];
  });
  return new Map(keys);
}

function has(
  container: Fields,
  name: string,
  sources: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (listOf(container.env).some((variable) => variable.name === name)) return true;
  return listOf(container.envFrom).some(({ configMapRef, secretRef, prefix }) => {
    const source = configMapRef
      ? `ConfigMap ${fieldsOf(configMapRef).name}`
      : `Secret ${fieldsOf(secretRef).name}`;
    return sources.get(source)?.some((key) => textOf(prefix) + key === name) ?? false;
  });
}

/** In the place where it stood, so that variables that name it still do. */
function joined(before: readonly Fields[], set: readonly Fields[]): Fields[] {
  const replaced = before.map((one) => set.find(({ name }) => name === one.name) ?? one);
  const added = set.filter(({ name }) => !before.some((one) => one.name === name));
  return [...added, ...replaced];
}
