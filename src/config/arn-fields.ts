import { ruled } from './cloudformation-fields.ts';
import { show } from './wording.ts';

/** An ARN of one kind; `resource` is what follows `arn:partition:service:`. */
function arn(title: string, service: string, resource: RegExp, example: string) {
  return ruled(title, `the ARN of ${title}`, example, (text) => {
    const [, rest] = new RegExp(`^arn:aws[a-z-]*:${service}:(.+)$`).exec(text) ?? [];
    return rest !== undefined && resource.test(rest)
      ? undefined
      : { wrong: `${show(text)} is not the ARN of ${title}`, next: `Write it as ${example}.` };
  });
}

/** ARN of a role that CloudFormation takes on. */
export const roleArn = arn(
  'a role',
  'iam',
  /^:\d{12}:role\/[\w+=,.@/-]+$/,
  'arn:aws:iam::123456789012:role/name',
);

/** ARN of an SNS topic. */
export const topicArn = arn(
  'a topic',
  'sns',
  /^[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/,
  'arn:aws:sns:eu-west-1:123456789012:name',
);

/** ARN of a CloudWatch alarm. */
export const alarmArn = arn(
  'an alarm',
  'cloudwatch',
  /^[a-z0-9-]+:\d{12}:alarm:.+$/,
  'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:name',
);
