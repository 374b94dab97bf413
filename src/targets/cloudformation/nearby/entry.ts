import { ECRClient } from '@aws-sdk/client-ecr';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3Client } from '@aws-sdk/client-s3';
import { once, onceEach } from '../../../core/once.ts';
import { clientOptions, endpointIn } from '../connect/client-options.ts';
import { s3Url } from '../template/locate.ts';
import { emptyBucket, uploadOnce } from './buckets.ts';
import { imageExists } from './images.ts';
import { listenerRules, targetGroupCount } from './load-balancing.ts';
import type { Nearby, NearbyOptions } from './nearby.ts';

/** Connects to S3, ECR and load balancing; no request leaves before one is needed. */
export function connectNearby({ region, environment, account }: NearbyOptions): Nearby {
  const endpoint = endpointIn('S3', environment);
  const options = (service: string, where: string) => ({
    region: where,
    ...clientOptions(service, environment),
    maxAttempts: 8,
  });
  const s3 = once(
    () =>
      new S3Client({
        ...options('S3', region),
        // Emulators and gateways rarely have a name for every bucket.
        forcePathStyle: endpoint !== undefined,
      }),
  );
  const ecr = onceEach((where: string) => new ECRClient(options('ECR', where)));
  const balancing = once(
    () => new ElasticLoadBalancingV2Client(options('ELASTIC_LOAD_BALANCING_V2', region)),
  );
  return {
    upload: async (upload, signal) => {
      await uploadOnce(s3(), upload, account, signal);
      return s3Url(upload.bucket, upload.key, { region, ...(endpoint && { endpoint }) });
    },
    emptyBucket: (bucket, signal) => emptyBucket(s3(), bucket, account, signal),
    imageExists: (image, signal) => imageExists(ecr(image.region), image, signal),
    listenerRules: (listenerArn, signal) => listenerRules(balancing(), listenerArn, signal),
    targetGroupCount: (listenerArn, signal) => targetGroupCount(balancing(), listenerArn, signal),
  };
}
