import type { S3Region } from './locate.ts';

/** Where templates that are too large to send are put. */
export interface TemplateStore extends S3Region {
  /** Setting `s3-bucket`. */
  readonly bucket?: string;
  /** Without slashes at the ends. */
  readonly prefix: string;
}

/** A text to put into the bucket before the change set is made: hand it to `Nearby.upload`. */
export interface Upload {
  readonly bucket: string;
  /** Contains the hash of the body, so that equal bodies are uploaded once. */
  readonly key: string;
  readonly body: string;
  readonly contentType: string;
}

/** How a template reaches CloudFormation. */
export interface Transport {
  readonly template: { readonly body: string } | { readonly url: string };
  readonly uploads: readonly Upload[];
}

/**
 * In the request when it has at most 51,200 bytes, else through the bucket. Throws a `UserError` when it is over
 * 1 MB, or needs a bucket and there is none. Limits: CloudFormation quotas, user guide.
 */
export function decideTransport(_text: string, _store: TemplateStore): Transport {
  throw new Error('not yet');
}
