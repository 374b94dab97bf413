import type { AwsWorld } from './aws-world.ts';

/** A preview in a stack of its own, whose address is an output. */
export const configuration = `preview:
  probe: { path: /healthz, within: 5s }
  target: cloudformation
  cloudformation:
    template: infra/preview.yaml
    parameters: { Commit: "{sha}" }
    tags: { team: shop }
    url: output:Url
`;

/** A template of few resources, with room for more. */
export function template(port: number, more = ''): string {
  return `Parameters:
  Commit: { Type: String }
  Password: { Type: String, NoEcho: true, Default: canary-default }
Resources:
  Version:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Commit }
  Jobs:
    Type: AWS::SQS::Queue
${more}Outputs:
  Url: { Value: http://127.0.0.1:${port}/ }
`;
}

/** A resource that AWS refuses to make. */
export const broken = `  Broken:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 999999 }
`;

/** A pull request whose branch has the template; answers its event. */
export async function opened({ world, application }: AwsWorld, branch = 'feature/lamp') {
  await world.push(branch, { 'infra/preview.yaml': template(application.port) });
  return world.openPull(branch);
}
