/** An image of a repository of ECR. */
export interface EcrImage {
  /** Account of 12 digits; absent = the one of the credentials. */
  readonly registryId?: string;
  readonly region: string;
  readonly repository: string;
  /** What names the image: exactly one of both. */
  readonly version: { readonly tag: string } | { readonly digest: string };
}

/** A rule of a listener that has a number; the default rule has none. */
export interface ListenerRule {
  readonly priority: number;
  readonly arn: string;
}

/**
 * What a CloudFormation preview needs of other services. Each method may be called again after any failure, and
 * throws a `UserError` for what the user can mend (rights, names, regions).
 */
export interface Nearby {
  /**
   * Puts a text under a key that contains its hash, unless it is there, and answers its address. Never overwrites,
   * sets no access control.
   */
  upload(
    upload: {
      readonly bucket: string;
      readonly key: string;
      readonly body: string;
      readonly contentType: string;
    },
    signal?: AbortSignal,
  ): Promise<string>;
  /** Deletes every object, version and delete marker; a bucket that is not there is empty. */
  emptyBucket(bucket: string, signal?: AbortSignal): Promise<void>;
  imageExists(image: EcrImage, signal?: AbortSignal): Promise<boolean>;
  /** All rules with a priority, lowest first. */
  listenerRules(listenerArn: string, signal?: AbortSignal): Promise<readonly ListenerRule[]>;
  /** Target groups in use by the load balancer of a listener (an application load balancer holds 100). */
  targetGroupCount(listenerArn: string, signal?: AbortSignal): Promise<number>;
}

/** What `connectNearby` is told. */
export interface NearbyOptions {
  readonly region: string;
  /** Variables of the process: `AWS_ENDPOINT_URL…`, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Account that buckets must belong to, where it is known: anyone may own a bucket of a name that became free. */
  readonly account?: string;
}
