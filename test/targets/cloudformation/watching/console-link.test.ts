import { describe, expect, test } from '@jest/globals';
import { consoleLink } from '../../../../src/targets/cloudformation/watching/console-link.ts';

const rest = 'cloudformation:eu-west-1:123456789012:stack/shop-preview/6a5b';

describe('the link to the console', () => {
  test('opens the events of the stack', () => {
    expect(consoleLink(`arn:aws:${rest}`)).toBe(
      'https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/events?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack%2Fshop-preview%2F6a5b',
    );
  });

  test.each([
    ['aws-cn', 'eu-west-1.console.amazonaws.cn'],
    ['aws-us-gov', 'eu-west-1.console.amazonaws-us-gov.com'],
    ['aws-eusc', 'eu-west-1.console.amazonaws-eusc.eu'],
  ])('of partition %s is at its own console', (partition, host) => {
    expect(new URL(consoleLink(`arn:${partition}:${rest}`) ?? '').host).toBe(host);
  });

  test.each(['shop-preview', `arn:aws-iso:${rest}`, 'arn:aws:s3:::bucket', ''])(
    'does not exist for %j',
    (id) => {
      expect(consoleLink(id)).toBeUndefined();
    },
  );
});
