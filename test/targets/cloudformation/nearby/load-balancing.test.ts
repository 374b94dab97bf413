import { describe, expect, test } from '@jest/globals';
import { connectNearby } from '../../../../src/targets/cloudformation/nearby/entry.ts';
import { answering, type Heard, type Reply } from './answering.ts';

const listener =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/previews/0123456789abcdef/fedcba9876543210';
const digest = `sha256:${'a'.repeat(64)}`;

async function nearby(answer: (request: Heard) => Reply) {
  const server = await answering(answer);
  const connection = connectNearby({
    region: 'eu-west-1',
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
  });
  return { ...connection, heard: server.heard, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

const result = (action: string, content: string, next = '') =>
  `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${action}Result>${content}${next && `<NextMarker>${next}</NextMarker>`}</${action}Result></${action}Response>`;
const rule = (priority: string) =>
  `<member><RuleArn>arn:${priority}</RuleArn><Priority>${priority}</Priority><IsDefault>${priority === 'default'}</IsDefault></member>`;

describe('a listener', () => {
  test('has the rules of all pages, lowest priority first, without the default', async () => {
    await using aws = await nearby(({ body }) => {
      const more = body.includes('Marker=second');
      const rules = more ? rule('7') + rule('default') : rule('12001') + rule('50');
      return [200, result('DescribeRules', `<Rules>${rules}</Rules>`, more ? '' : 'second')];
    });
    expect(await aws.listenerRules(listener)).toEqual([
      { priority: 7, arn: 'arn:7' },
      { priority: 50, arn: 'arn:50' },
      { priority: 12001, arn: 'arn:12001' },
    ]);
    expect(aws.heard).toHaveLength(2);
  });

  test('belongs to a load balancer whose target groups are counted', async () => {
    const group = '<member><TargetGroupName>a</TargetGroupName></member>';
    await using aws = await nearby(() => [
      200,
      result('DescribeTargetGroups', `<TargetGroups>${group.repeat(3)}</TargetGroups>`),
    ]);
    expect(await aws.targetGroupCount(listener)).toBe(3);
    expect(new URLSearchParams(aws.heard[0]?.body).get('LoadBalancerArn')).toBe(
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/previews/0123456789abcdef',
    );
  });

  test('that is not there is a fault of the template', async () => {
    await using aws = await nearby(() => [
      400,
      '<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>ListenerNotFound</Code><Message>One or more listeners not found</Message></Error></ErrorResponse>',
    ]);
    await expect(aws.listenerRules(listener)).rejects.toThrow(`there is no listener ${listener}`);
  });
});

describe('an image', () => {
  const json = { 'content-type': 'application/x-amz-json-1.1' };
  const image = { registryId: '210987654321', region: 'us-east-1', repository: 'app/web' };
  const fails = (type: string): Reply => [
    400,
    JSON.stringify({ __type: type, message: 'no' }),
    json,
  ];

  test.each([
    [{ tag: 'abc' }, { imageTag: 'abc' }],
    [{ digest }, { imageDigest: digest }],
  ])('is asked for by %j in its own registry and region', async (version, id) => {
    await using aws = await nearby(() => [200, JSON.stringify({ imageDetails: [{}] }), json]);
    expect(await aws.imageExists({ ...image, version })).toBe(true);
    const [request] = aws.heard;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      registryId: '210987654321',
      repositoryName: 'app/web',
      imageIds: [id],
    });
    expect(request?.headers.authorization).toContain('/us-east-1/ecr/');
  });

  test('is not there when ECR does not find it', async () => {
    await using aws = await nearby(() => fails('ImageNotFoundException'));
    expect(await aws.imageExists({ ...image, version: { tag: 'abc' } })).toBe(false);
  });

  test('never comes into a repository that is not there', async () => {
    await using aws = await nearby(() => fails('RepositoryNotFoundException'));
    await expect(aws.imageExists({ ...image, version: { tag: 'abc' } })).rejects.toThrow(
      'there is no repository app/web in the registry 210987654321 in us-east-1',
    );
  });
});
