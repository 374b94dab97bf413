import type { EcrImage } from './nearby.ts';

/**
 * What an image's name says: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app/web:tag` or `…@sha256:…`. Without a
 * tag it is `latest`, as for a registry's clients. `undefined` = no repository of ECR (public.ecr.aws is none).
 */
export function ecrImage(_reference: string): EcrImage | undefined {
  throw new Error('not yet');
}
