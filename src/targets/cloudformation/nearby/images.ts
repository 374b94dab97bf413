import { DescribeImagesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { UserError } from '../../../core/user-error.ts';
import { explainAws } from '../connect/errors.ts';
import { sending } from '../connect/sending.ts';
import type { EcrImage } from './nearby.ts';

/** Whether the registry has the image. A repository that is not there is a fault: no image will ever come. */
export async function imageExists(
  ecr: ECRClient,
  { registryId, region, repository, version }: EcrImage,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const imageId = 'tag' in version ? { imageTag: version.tag } : { imageDigest: version.digest };
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({
        ...(registryId && { registryId }),
        repositoryName: repository,
        imageIds: [imageId],
      }),
      sending(signal),
    );
    return imageDetails.length > 0;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    if (name === 'ImageNotFoundException') return false;
    if (name !== 'RepositoryNotFoundException')
      throw explainAws(cause, `look for the image ${repository}`);
    throw new UserError(
      `there is no repository ${repository} in the registry${registryId ? ` ${registryId}` : ''} in ${region}`,
      'Make the repository, or correct the image in the template.',
      { cause },
    );
  }
}
