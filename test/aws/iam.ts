import { readFileSync } from 'node:fs';
import { type CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import type { PolicyDocument } from './policy.ts';
import { rested } from './stack-by-hand.ts';

/** Credentials as variables of a process. */
export type Keys = {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  /** Empty for a user's. */
  readonly AWS_SESSION_TOKEN: string;
};

/** A role of the emulator and the policies that it has, by name, with all parameters resolved. */
export interface DeployedRole {
  readonly arn: string;
  readonly name: string;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
}

/** The account, as its root sees it. */
export class Administrator {
  readonly url: string;
  readonly account: string;
  readonly client: CloudFormationClient;
  #users = 0;

  constructor(options: { url: string; account: string; client: CloudFormationClient }) {
    this.url = options.url;
    this.account = options.account;
    this.client = options.client;
  }

  /** ARN of the account's provider for GitHub's tokens. */
  get provider(): string {
    return `arn:aws:iam::${this.account}:oidc-provider/token.actions.githubusercontent.com`;
  }

  /** Deploys a shipped template, with parameters, and reads back what it made. */
  async deployRole(
    file: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<DeployedRole> {
    const StackName = `role-${file.replace(/.*\/|\.yaml$/g, '')}`;
    await this.client.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: inEmulatorsWords(readFileSync(file, 'utf8')),
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
    );
    const { StackStatus, Outputs = [], StackStatusReason } = await rested(this.client, StackName);
    if (StackStatus !== 'CREATE_COMPLETE') throw new Error(`${StackStatus}: ${StackStatusReason}`);
    const arn = Outputs.find(({ OutputKey }) => OutputKey === 'RoleArn')?.OutputValue ?? '';
    const name = arn.split('/').at(-1) ?? '';
    return { arn, name, policies: await this.#policiesOf(name) };
  }

  async #policiesOf(RoleName: string): Promise<Record<string, PolicyDocument>> {
    const listed = await this.#ask('ListRolePolicies', { RoleName });
    const policies: Record<string, PolicyDocument> = {};
    for (const [, PolicyName = ''] of listed.matchAll(/<member>(.*?)<\/member>/g)) {
      const answer = await this.#ask('GetRolePolicy', { RoleName, PolicyName });
      const text = elementOf(answer, 'PolicyDocument').replaceAll('&quot;', '"');
      policies[PolicyName] = JSON.parse(text.startsWith('{') ? text : decodeURIComponent(text));
    }
    return policies;
  }

  /** Puts other policies into the place of a role's. */
  async changeRole(role: DeployedRole, policies: DeployedRole['policies']): Promise<void> {
    for (const [PolicyName, document] of Object.entries(policies))
      await this.#ask('PutRolePolicy', {
        RoleName: role.name,
        PolicyName,
        PolicyDocument: JSON.stringify(document),
      });
  }

  /** Keys of a new user that has these policies and no other right. */
  async user(policies: DeployedRole['policies']): Promise<Keys> {
    this.#users += 1;
    const UserName = `user-${this.#users}`;
    await this.#ask('CreateUser', { UserName });
    for (const [PolicyName, document] of Object.entries(policies)) {
      const PolicyDocument = JSON.stringify(document);
      await this.#ask('PutUserPolicy', { UserName, PolicyName, PolicyDocument });
    }
    return keysIn(await this.#ask('CreateAccessKey', { UserName }));
  }

  /** As a job of GitHub Actions signs in: with a token whose subject is this. Throws when the role does not trust it. */
  async signIn(role: DeployedRole, subject: string, audience = 'sts.amazonaws.com'): Promise<Keys> {
    const claims = {
      iss: 'https://token.actions.githubusercontent.com',
      aud: audience,
      sub: subject,
    };
    const parts = [{ alg: 'RS256' }, claims].map((part) => encoded(JSON.stringify(part)));
    return keysIn(
      await this.#ask('AssumeRoleWithWebIdentity', {
        RoleArn: role.arn,
        RoleSessionName: 'job',
        WebIdentityToken: [...parts, encoded('signature')].join('.'),
      }),
    );
  }

  async #ask(Action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const isSignIn = Action.startsWith('AssumeRole');
    const [service, Version] = isSignIn ? ['sts', '2011-06-15'] : ['iam', '2010-05-08'];
    const signed = `AWS4-HMAC-SHA256 Credential=${this.account}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=root`;
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: isSignIn ? {} : { authorization: signed },
      body: new URLSearchParams({ Action, Version, ...parameters }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${Action}: ${elementOf(text, 'Message')}`);
    return text;
  }
}

/**
 * The emulator lacks two types. `AWS::IAM::Policy` is the older form of `AWS::IAM::RolePolicy`, and the provider is the
 * account's already, so that its own is never made.
 */
function inEmulatorsWords(template: string): string {
  return template
    .replaceAll('Type: AWS::IAM::RolePolicy', 'Type: AWS::IAM::Policy')
    .replaceAll('RoleName: !Ref Role', 'Roles: [!Ref Role]')
    .replace('Type: AWS::IAM::OIDCProvider', 'Type: AWS::CloudFormation::WaitConditionHandle');
}

function keysIn(answer: string): Keys {
  return {
    AWS_ACCESS_KEY_ID: elementOf(answer, 'AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: elementOf(answer, 'SecretAccessKey'),
    AWS_SESSION_TOKEN: elementOf(answer, 'SessionToken'),
  };
}

function elementOf(answer: string, name: string): string {
  return new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(answer)?.[1] ?? '';
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}
