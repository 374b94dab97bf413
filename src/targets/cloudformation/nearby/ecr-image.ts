import type { EcrImage } from './nearby.ts';

/** Endpoints of registries: also FIPS, dual stack (`dkr-ecr`, `on.aws`) and other partitions. */
const registryForm =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.aws|on\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)\/(.+)$/;

/**
 * What an image's name says: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app/web:tag` or `…@sha256:…`. Without a
 * tag it is `latest`, as for a registry's clients. `undefined` = no repository of ECR (public.ecr.aws is none).
 */
export function ecrImage(reference: string): EcrImage | undefined {
  const [, registryId, region, rest] = registryForm.exec(reference) ?? [];
  const [, repository, tag, digest] =
    /^([a-z0-9][a-z0-9._/-]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      rest ?? '',
    ) ?? [];
  if (!registryId || !region || !repository) return undefined;
  const version = digest ? { digest } : { tag: tag ?? 'latest' };
  return { registryId, region, repository, version };
}
