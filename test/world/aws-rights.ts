import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { awsCalls } from '../aws/aws-calls.ts';
import type { ProxiedRequest } from '../aws/fault-proxy.ts';
import { Administrator, type DeployedRole } from '../aws/iam.ts';
import {
  type AwsCall,
  allows,
  listed,
  type PolicyDocument,
  type Statement,
} from '../aws/policy.ts';
import type { AwsWorld } from './aws-world.ts';

/** A world with its account's root, that notes what runs ask IAM for. */
export interface RightsWorld {
  readonly admin: Administrator;
  /** What was asked since the last time, with the tags that stacks had when they were asked about. */
  taken(): readonly AwsCall[];
}

/** Subject of the tokens of the repository `acme/app`. */
export const subject = 'acme@1/app@2';

/** Parameters of both shipped roles. */
export const roleParameters = {
  Repository: 'acme/app',
  Subject: subject,
  StackNames: 'shop-preview-*',
};

/** Begins to note. */
export function openRights({ client, proxy, env }: AwsWorld, url: string): RightsWorld {
  const account = env.AWS_ACCESS_KEY_ID ?? '';
  const calls: AwsCall[] = [];
  proxy.watch = async (request: ProxiedRequest) => {
    for (const call of awsCalls(request, { region: 'eu-west-1', account })) {
      const context = { ...call.context, ...(await stackTags(call.resource)) };
      calls.push({ ...call, context });
    }
  };
  async function stackTags(resource: string): Promise<Record<string, string>> {
    const [, stack] = /:stack\/([^/]+)\//.exec(resource) ?? [];
    if (!stack) return {};
    const command = new DescribeStacksCommand({ StackName: stack });
    const { Stacks } = await client.send(command).catch(() => ({ Stacks: [] }));
    const tags = Stacks?.[0]?.Tags ?? [];
    return Object.fromEntries(
      tags.map(({ Key = '', Value = '' }) => [`aws:resourcetag/${Key.toLowerCase()}`, Value]),
    );
  }
  return { admin: new Administrator({ url, account, client }), taken: () => calls.splice(0) };
}

type Policies = DeployedRole['policies'];

/** Calls that no statement allows, each once. */
export function unpermitted(calls: readonly AwsCall[], policies: Policies): readonly string[] {
  const statements = Object.values(policies).flatMap(({ Statement }) => Statement);
  const refused = calls.filter((call) => !statements.some((one) => allows(one, call)));
  return [...new Set(refused.map(({ action, resource }) => `${action} on ${resource}`))];
}

/** `policy action` of what no call needed. */
export function unused(calls: readonly AwsCall[], policies: Policies): readonly string[] {
  return Object.entries(policies).flatMap(([name, { Statement }]) =>
    Statement.flatMap((statement) =>
      listed(statement.Action)
        .filter((Action) => !calls.some((call) => allows({ ...statement, Action }, call)))
        .map((action) => `${name} ${action}`),
    ),
  );
}

/** The same policies with some statements left out, or in other words. */
export function changed(
  policies: Policies,
  change: (statement: Statement, policy: string) => Statement | undefined,
): Record<string, PolicyDocument> {
  const documents = Object.entries(policies).map(([name, { Version, Statement }]) => {
    const left = Statement.flatMap((one) => change(one, name) ?? []);
    return [name, { Version, Statement: left }] as const;
  });
  return Object.fromEntries(documents.filter(([, { Statement }]) => Statement.length > 0));
}

/** The policies of a role that are used in one mode. */
export function only({ policies }: DeployedRole, names: readonly string[]): Policies {
  return Object.fromEntries(Object.entries(policies).filter(([name]) => names.includes(name)));
}

/** The same call on what is marked as another repository's. */
export function foreign({ context, ...call }: AwsCall): AwsCall {
  const tag = 'aws:resourcetag/understudy:repository';
  return { ...call, context: { ...context, [tag]: 'acme/other' } };
}
