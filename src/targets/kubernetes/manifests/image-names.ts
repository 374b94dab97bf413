import { fieldsOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { podPathOf } from './pod-path.ts';
import { rewritten } from './rewrite.ts';

/** A container and its image. */
export interface ContainerImage {
  readonly container: string;
  readonly image: string;
  /** Without tag and digest, as it stands there. */
  readonly repository: string;
}

/** `registry.example.com:5000/web` of `registry.example.com:5000/web:1@sha256:…`. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const tag = name.lastIndexOf(':');
  return tag > name.lastIndexOf('/') ? name.slice(0, tag) : name;
}

/** Names of Docker Hub in full: `nginx` is `docker.io/library/nginx`. */
export function fullRepository(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = isHost ? rest.join('/') : repository;
  const host = isHost
    ? first.replace(/^(index|registry-1)\.docker\.io$/, 'docker.io')
    : 'docker.io';
  return host === 'docker.io' && !path.includes('/')
    ? `${host}/library/${path}`
    : `${host}/${path}`;
}

/** The object with other images in its containers, where `replace` gives one. */
export function withImages(
  object: KubeObject,
  replace: (image: ContainerImage) => string | undefined,
): KubeObject {
  const path = podPathOf(object);
  if (path === undefined) return object;
  return ['containers', 'initContainers'].reduce(
    (changed, list) =>
      rewritten(changed, `${path}spec.${list}.*`, (container) => {
        const fields = fieldsOf(container);
        const image = textOf(fields.image);
        const repository = repositoryOf(image);
        const other = replace({ container: textOf(fields.name), image, repository });
        return other === undefined || other === image ? container : { ...fields, image: other };
      }),
    object,
  );
}
