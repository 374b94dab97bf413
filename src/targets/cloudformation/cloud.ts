import { CloudFormationClient } from '@aws-sdk/client-cloudformation';

/** A connection to CloudFormation in one region. */
export type Cloud = CloudFormationClient;

export function connectCloud(options: {
  region?: string;
  environment: Readonly<Record<string, string | undefined>>;
}): Cloud {
  return new CloudFormationClient(options.region ? { region: options.region } : {});
}
