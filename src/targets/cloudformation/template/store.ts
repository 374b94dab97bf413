import { sha256Hex } from '../../../core/sha256.ts';
import { UserError } from '../../../core/user-error.ts';
import { type S3Region, s3Url } from './locate.ts';

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

/** Bytes, not characters. Source: CloudFormation quotas, user guide, and the API's "may not exceed 1000000 bytes". */
const templateLimits = { inRequest: 51_200, inBucket: 1_000_000 } as const;

/**
 * In the request when it has at most 51,200 bytes, else through the bucket. Throws a `UserError` when it is over
 * 1,000,000 bytes, or needs a bucket and there is none.
 */
export function decideTransport(text: string, store: TemplateStore): Transport {
  const bytes = Buffer.byteLength(text);
  if (bytes <= templateLimits.inRequest) return { template: { body: text }, uploads: [] };
  const why = `the template has ${counted(bytes)} bytes; CloudFormation takes ${counted(templateLimits.inRequest)} in a request, and more through a bucket only`;
  const upload = uploadOf(text, store, why);
  return { template: { url: s3Url(upload.bucket, upload.key, store) }, uploads: [upload] };
}

/** What to put where. `why` begins the message of the `UserError` when there is no bucket. */
export function uploadOf(text: string, store: TemplateStore, why: string): Upload {
  const bytes = Buffer.byteLength(text);
  if (bytes > templateLimits.inBucket)
    throw new UserError(
      `the template has ${counted(bytes)} bytes; CloudFormation takes ${counted(templateLimits.inBucket)} at most`,
      'Move a part of it into a nested stack: a resource of type AWS::CloudFormation::Stack with TemplateURL: ./part.yaml.',
    );
  if (store.bucket === undefined)
    throw new UserError(
      `${why}, and none is configured`,
      'Write preview: { cloudformation: { s3-bucket: my-templates } } with the name of a bucket of the same account and region.',
    );
  const key = [store.prefix, `${sha256Hex(text)}.template`].filter((part) => part).join('/');
  return { bucket: store.bucket, key, body: text, contentType: contentTypeOf(text) };
}

function contentTypeOf(text: string): string {
  return /^\s*\{/.test(text) ? 'application/json' : 'application/yaml';
}

function counted(bytes: number): string {
  return bytes.toLocaleString('en-US');
}
