import { UserError } from '../../../core/user-error.ts';

/** Where a template comes from: a file of the repository, or an address that CloudFormation reads itself. */
export type TemplatePlace =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** What decides how S3 is addressed. */
export interface S3Region {
  readonly region: string;
  /** `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, where one is set. */
  readonly endpoint?: string;
}

const setting = 'preview.cloudformation.template';
const schemeForm = /^([a-z][a-z0-9+.-]*):\/\//i;

/** By prefix of the region. Source: partitions of the AWS SDKs (botocore `partitions.json`). */
const suffixes: readonly (readonly [prefix: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
];

/**
 * Reads the setting `template`. Throws a `UserError` for absolute paths, paths out of the repository and addresses
 * that CloudFormation cannot read.
 */
export function locateTemplate(template: string, s3: S3Region): TemplatePlace {
  const scheme = schemeForm.exec(template)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'path', path: pathInside(template) };
  if (scheme === 's3') return { kind: 'url', url: urlOfObject(template, s3) };
  if (scheme === 'ssm-doc' || isReadable(template, scheme, s3))
    return { kind: 'url', url: template };
  throw new UserError(
    `${setting}: CloudFormation cannot read ${withoutQuery(template)}; it reads S3 over https only`,
    'Put the template into the repository and write its path, as template: infra/preview.yaml, or put it into a bucket and write s3://bucket/key.',
  );
}

/** The address under which CloudFormation finds an object, in the region's own partition. */
export function s3Url(bucket: string, key: string, { region, endpoint }: S3Region): string {
  const host = `s3.${region}.${suffixOf(region)}`;
  const path = key.split('/').map(encodeURIComponent).join('/');
  // A certificate of *.s3.REGION covers no bucket with a dot; emulators know buckets by path only.
  const byPath = bucket.includes('.') || endpoint !== undefined;
  return byPath ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`;
}

/** A path in the repository, relative to the folder of `from` or to the root; `undefined` = outside of it. */
export function insideRepository(path: string, from = ''): string | undefined {
  if (/^([/~\\]|[a-z]:)/i.test(path)) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split(/[/\\]/)) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.length > 0 ? parts.join('/') : undefined;
}

function pathInside(template: string): string {
  const path = insideRepository(template);
  if (path !== undefined) return path;
  throw new UserError(
    `${setting} is ${JSON.stringify(template)}, which is no path of a file in the repository`,
    'Write the path from the root of the repository, as template: infra/preview.yaml.',
  );
}

function urlOfObject(template: string, s3: S3Region): string {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(template) ?? [];
  if (bucket && key) return s3Url(bucket, key, s3);
  throw new UserError(
    `${setting} is ${JSON.stringify(template)}, which does not name an object`,
    'Write s3://bucket/key.',
  );
}

/** With an endpoint of one's own any address may be what stands for S3. */
function isReadable(template: string, scheme: string, { endpoint }: S3Region): boolean {
  if (!URL.canParse(template)) return false;
  if (endpoint !== undefined) return scheme === 'https' || scheme === 'http';
  return scheme === 'https' && /(^|\.)s3[.-]/.test(new URL(template).host);
}

/** A signed address carries a signature in its query. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '');
}

function suffixOf(region: string): string {
  return suffixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
}
