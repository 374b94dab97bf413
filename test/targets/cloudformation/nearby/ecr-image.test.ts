import { describe, expect, test } from '@jest/globals';
import { ecrImage } from '../../../../src/targets/cloudformation/nearby/ecr-image.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const image = { registryId: '123456789012', region: 'eu-west-1', repository: 'app/web' };

describe('the name of an image', () => {
  test.each([
    [`${host}/app/web:v1.2`, { ...image, version: { tag: 'v1.2' } }],
    [`${host}/app/web`, { ...image, version: { tag: 'latest' } }],
    [`${host}/app/web@${digest}`, { ...image, version: { digest } }],
    [`${host}/app/web:v1@${digest}`, { ...image, version: { digest } }],
    [
      '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:a',
      { ...image, region: 'cn-north-1', repository: 'web', version: { tag: 'a' } },
    ],
    [
      '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/web:a',
      { ...image, region: 'us-east-1', repository: 'web', version: { tag: 'a' } },
    ],
    [
      '123456789012.dkr-ecr.us-east-1.on.aws/web:a',
      { ...image, region: 'us-east-1', repository: 'web', version: { tag: 'a' } },
    ],
  ])('%s is one of ECR', (reference, expected) => {
    expect(ecrImage(reference)).toEqual(expected);
  });

  test.each([
    'nginx',
    'public.ecr.aws/nginx/nginx:1',
    'ghcr.io/a/b:c',
    `${host}/`,
    `${host}/web:`,
    `${host}/web@sha256:abc`,
    `${host}.example.com/web:a`,
    `example.com/${host}/web:a`,
  ])('%s is none', (reference) => {
    expect(ecrImage(reference)).toBeUndefined();
  });
});
