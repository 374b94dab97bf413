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

/**
 * Reads the setting `template`. Throws a `UserError` for absolute paths, paths out of the repository and addresses
 * that CloudFormation cannot read.
 */
export function locateTemplate(_template: string, _s3: S3Region): TemplatePlace {
  throw new Error('not yet');
}

/** The address under which CloudFormation finds an object, in the region's own partition. */
export function s3Url(_bucket: string, _key: string, _s3: S3Region): string {
  throw new Error('not yet');
}
