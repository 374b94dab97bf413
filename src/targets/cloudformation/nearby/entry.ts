import { ECRClient } from '@aws-sdk/client-ecr';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Endpoint, s3Url } from '../template/locate.ts';
import { emptyBucket, uploadOnce } from './buckets.ts';
import { clientOptions } from './client-options.ts';
import { imageExists } from './images.ts';
import { listenerRules, targetGroupCount } from './load-balancing.ts';
import type { Nearby, NearbyOptions } from './nearby.ts';

/** Connects to S3, ECR and load balancing; no request leaves before one is needed. */
export function connectNearby({ region, environment, account }: NearbyOptions): Nearby {
  const endpoint = s3Endpoint(environment);
  const s3 = once(
    () =>
      new S3Client({
        ...clientOptions('S3', region, environment),
        // Emulators and gateways rarely have a name for every bucket.
        forcePathStyle: endpoint !== undefined,
      }),
  );
  const ecr = onceEach((where) => new ECRClient(clientOptions('ECR', where, environment)));
  const balancing = once(
    () =>
      new ElasticLoadBalancingV2Client(
        clientOptions('ELASTIC_LOAD_BALANCING_V2', region, environment),
      ),
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

function once<Client>(make: () => Client): () => Client {
  let made: Client | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function onceEach<Client>(make: (region: string) => Client): (region: string) => Client {
  const made = new Map<string, Client>();
  return (region) => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}
