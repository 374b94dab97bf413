import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { UserError } from '../../../core/user-error.ts';
import { explainAws } from '../connect/errors.ts';
import { sending } from '../connect/sending.ts';
import type { Upload } from '../template/store.ts';

/** Where an upload goes, and who must own that bucket. */
interface Place {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

/** Two runs that upload one text at once: S3 turns one of them away and asks it to try again. */
const conflictTries = 5;

/** Puts a text where it is not yet. */
export async function uploadOnce(
  s3: S3Client,
  { bucket, key, body, contentType }: Upload,
  account: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place: Place = { Bucket: bucket, ...(account && { ExpectedBucketOwner: account }) };
  try {
    if (await exists(s3, place, key, signal)) return;
    await put(s3, { ...place, Key: key, Body: body, ContentType: contentType }, signal);
  } catch (cause) {
    throw explainBucket(cause, bucket, `put the template into s3://${bucket}/${key}`);
  }
}

/** Without the right to list, S3 says "forbidden" of what is not there: then the write decides. */
async function exists(s3: S3Client, place: Place, key: string, signal?: AbortSignal) {
  try {
    await s3.send(new HeadObjectCommand({ ...place, Key: key }), sending(signal));
    return true;
  } catch (cause) {
    if ([403, 404].includes(statusOf(cause) ?? 0)) return false;
    throw cause;
  }
}

async function put(
  s3: S3Client,
  object: Place & { readonly Key: string; readonly Body: string; readonly ContentType: string },
  signal?: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await s3.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }), sending(signal));
      return;
    } catch (cause) {
      const status = statusOf(cause);
      if (status === 412) return;
      if (status !== 409 || tries >= conflictTries) throw cause;
    }
  }
}

/** Deletes every version and delete marker, page by page. */
export async function emptyBucket(
  s3: S3Client,
  bucket: string,
  account: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place: Place = { Bucket: bucket, ...(account && { ExpectedBucketOwner: account }) };
  try {
    for await (const page of versionPages(s3, place, signal))
      await deletePage(s3, place, page, signal);
  } catch (cause) {
    if (nameOf(cause) === 'NoSuchBucket') return;
    throw explainBucket(cause, bucket, `empty the bucket ${bucket}`);
  }
}

async function* versionPages(s3: S3Client, place: Place, signal?: AbortSignal) {
  let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (next) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ ...place, ...next }),
      sending(signal),
    );
    yield page;
    next = page.IsTruncated
      ? {
          ...(page.NextKeyMarker && { KeyMarker: page.NextKeyMarker }),
          ...(page.NextVersionIdMarker && { VersionIdMarker: page.NextVersionIdMarker }),
        }
      : undefined;
  }
}

/** A page holds as many as one request deletes: 1,000. */
async function deletePage(
  s3: S3Client,
  place: Place,
  { Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput,
  signal?: AbortSignal,
): Promise<void> {
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId }) => ({
    Key,
    ...(VersionId && { VersionId }),
  }));
  if (Objects.length === 0) return;
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({ ...place, Delete: { Objects, Quiet: true } }),
    sending(signal),
  );
  const [first] = Errors;
  if (!first) return;
  throw new UserError(
    `${Errors.length} object${Errors.length === 1 ? '' : 's'} of the bucket ${place.Bucket} cannot be deleted; the first is ${first.Key}: ${first.Code} ${first.Message ?? ''}`.trimEnd(),
    'Allow s3:DeleteObject and s3:DeleteObjectVersion on the bucket, and look for a bucket policy or an object lock that forbids it.',
  );
}

function explainBucket(cause: unknown, bucket: string, doing: string): unknown {
  const name = nameOf(cause);
  if (name === 'NoSuchBucket')
    return new UserError(
      `cannot ${doing}: there is no bucket ${bucket}`,
      'Correct preview.cloudformation.s3-bucket, or make the bucket.',
      { cause },
    );
  if (statusOf(cause) === 301 || name === 'AuthorizationHeaderMalformed')
    return new UserError(
      `cannot ${doing}: the bucket is in another region than the stack`,
      'Name a bucket of the region of preview.cloudformation.region under s3-bucket.',
      { cause },
    );
  return explainAws(cause, doing);
}

function nameOf(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.name : undefined;
}

function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;
}
