const arnForm = /^arn:(aws[a-z-]*):cloudformation:([a-z0-9-]+):\d*:stack\/[^/]+\/.+$/;

/** Hosts of the consoles, by partition; `{region}` is filled in. Partitions without a public console have none. */
const consoles: Readonly<Record<string, string>> = {
  aws: '{region}.console.aws.amazon.com',
  'aws-cn': '{region}.console.amazonaws.cn',
  'aws-us-gov': '{region}.console.amazonaws-us-gov.com',
  'aws-eusc': '{region}.console.amazonaws-eusc.eu',
};

/** The page of a stack's events in the AWS console; `undefined` where the partition has none or the id is no ARN. */
export function consoleLink(stackId: string): string | undefined {
  const [, partition = '', region = ''] = arnForm.exec(stackId) ?? [];
  const host = Object.hasOwn(consoles, partition) ? consoles[partition] : undefined;
  if (!host) return undefined;
  const place = `https://${host.replace('{region}', region)}/cloudformation/home?region=${region}`;
  return `${place}#/stacks/events?stackId=${encodeURIComponent(stackId)}`;
}
