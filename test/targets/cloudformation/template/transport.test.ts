import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '../../../../src/core/sha256.ts';
import { endpointIn } from '../../../../src/targets/cloudformation/connect/client-options.ts';
import { locateTemplate, s3Url } from '../../../../src/targets/cloudformation/template/locate.ts';
import { decideTransport } from '../../../../src/targets/cloudformation/template/store.ts';

const region = 'eu-west-1';

describe('where a template is', () => {
  test.each([
    ['infra/preview.yaml', 'infra/preview.yaml'],
    ['./infra//x/../preview.yaml', 'infra/preview.yaml'],
  ])('%s is a path of the repository', (setting, path) => {
    expect(locateTemplate(setting, { region })).toEqual({ kind: 'path', path });
  });

  test.each([
    ['s3://bucket/a/b c.yaml', 'https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c.yaml'],
    [
      'https://bucket.s3.eu-west-1.amazonaws.com/k?versionId=1',
      'https://bucket.s3.eu-west-1.amazonaws.com/k?versionId=1',
    ],
    ['https://s3-eu-west-1.amazonaws.com/bucket/k', 'https://s3-eu-west-1.amazonaws.com/bucket/k'],
    [
      'ssm-doc://arn:aws:ssm:eu-west-1:123456789012:document/x',
      'ssm-doc://arn:aws:ssm:eu-west-1:123456789012:document/x',
    ],
  ])('%s is an address', (setting, url) => {
    expect(locateTemplate(setting, { region })).toEqual({ kind: 'url', url });
  });

  test.each([
    ['../other/preview.yaml', 'which is no path of a file in the repository'],
    ['/etc/passwd', 'which is no path of a file in the repository'],
    ['C:\\x.yaml', 'which is no path of a file in the repository'],
    ['.', 'which is no path of a file in the repository'],
    ['s3://bucket', 'which does not name an object'],
    [
      'http://bucket.s3.amazonaws.com/k',
      'cannot read http://bucket.s3.amazonaws.com/k; it reads S3',
    ],
    ['https://example.com/k?token=hush', 'cannot read https://example.com/k; it reads S3'],
    ['file:///etc/passwd', 'cannot read file:///etc/passwd; it reads S3'],
  ])('%s is refused', (setting, message) => {
    expect(() => locateTemplate(setting, { region })).toThrow(message);
  });

  test('any address may stand for S3 where an endpoint is set', () => {
    const s3 = { region, endpoint: 'http://127.0.0.1:4566' };
    const url = 'http://127.0.0.1:4566/bucket/key';
    expect(locateTemplate(url, s3)).toEqual({ kind: 'url', url });
  });
});

describe('the address of an object', () => {
  test.each([
    ['b', 'eu-west-1', 'https://b.s3.eu-west-1.amazonaws.com/k'],
    ['b', 'us-east-1', 'https://b.s3.us-east-1.amazonaws.com/k'],
    ['b', 'us-gov-west-1', 'https://b.s3.us-gov-west-1.amazonaws.com/k'],
    ['b', 'cn-north-1', 'https://b.s3.cn-north-1.amazonaws.com.cn/k'],
    ['b', 'us-iso-east-1', 'https://b.s3.us-iso-east-1.c2s.ic.gov/k'],
    ['b', 'us-isob-east-1', 'https://b.s3.us-isob-east-1.sc2s.sgov.gov/k'],
    ['b', 'eusc-de-east-1', 'https://b.s3.eusc-de-east-1.amazonaws.eu/k'],
    ['b.example.com', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com/b.example.com/k'],
  ])('of bucket %s in %s is %s', (bucket, where, url) => {
    expect(s3Url(bucket, 'k', { region: where })).toBe(url);
  });

  test('names the bucket in its path where an endpoint is set', () => {
    const endpoint = endpointIn('S3', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }) ?? '';
    expect(s3Url('b', 'k', { region, endpoint })).toBe('https://s3.eu-west-1.amazonaws.com/b/k');
  });

  test('is AWS where endpoints are to be ignored', () => {
    expect(
      endpointIn('S3', {
        AWS_ENDPOINT_URL: 'http://x',
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      }),
    ).toBeUndefined();
    expect(endpointIn('S3', {})).toBeUndefined();
  });
});

describe('how a template is sent', () => {
  const store = { region, prefix: 'understudy', bucket: 'templates' };
  const sized = (bytes: number) => 'é'.repeat(bytes / 2);

  test('in the request, up to 51,200 bytes', () => {
    const text = sized(51_200);
    expect(decideTransport(text, store)).toEqual({ template: { body: text }, uploads: [] });
  });

  test('through the bucket above that, under its hash; bytes count, not characters', () => {
    const text = sized(51_202);
    const key = `understudy/${sha256Hex(text)}.template`;
    expect(decideTransport(text, store)).toEqual({
      template: { url: `https://templates.s3.eu-west-1.amazonaws.com/${key}` },
      uploads: [{ bucket: 'templates', key, body: text, contentType: 'application/yaml' }],
    });
  });

  test('at the top of the bucket without a prefix', () => {
    const text = `{${' '.repeat(51_200)}}`;
    expect(decideTransport(text, { ...store, prefix: '' }).uploads).toEqual([
      expect.objectContaining({
        key: `${sha256Hex(text)}.template`,
        contentType: 'application/json',
      }),
    ]);
  });

  test('not at all without a bucket, or over 1,000,000 bytes', () => {
    expect(() => decideTransport(sized(51_202), { region, prefix: 'p' })).toThrow(
      'the template has 51,202 bytes; CloudFormation takes 51,200 in a request, and more through a bucket only, and none is configured',
    );
    expect(() => decideTransport(sized(1_000_002), store)).toThrow(
      'the template has 1,000,002 bytes; CloudFormation takes 1,000,000 at most',
    );
  });
});
