import {
  CreateStackCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import type { AwsWorld } from './aws-world.ts';

/** Previews in the shared stack `shop-testing`, whose deployed text is the template. */
export const sharedConfiguration = `preview:
  probe: { path: /, within: 5s }
  target: cloudformation
  cloudformation:
    mode: expand
    url: output:Url
    expand:
      stack: shop-testing
      service: shop
      resources: [Service, TaskDefinition, TargetGroup, ListenerRule]
      domain: "{id}.shop.\${Environment}.example.com"
      image: "{sha}"
      priorities: 101-199
      outputs: [Url]
`;

/** A load-balanced container service, as a person writes it. */
export function shopTemplate(port: number): string {
  return `# The testing environment of the shop.
Parameters:
  Environment: { Type: String, Default: testing }   # one of two
Resources:
  Network: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Network, CidrBlock: 10.0.1.0/24 } }
  Two: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Network, CidrBlock: 10.0.2.0/24 } }
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: { Subnets: [!Ref One, !Ref Two] }
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: "404" } }]
  Cluster: { Type: AWS::ECS::Cluster }

  TaskDefinition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: !Sub "\${AWS::StackName}-shop"
      ContainerDefinitions:
        - Name: shop
          Image: registry.example.com/acme/shop:v1   # the released one
  TargetGroup:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: { Port: 80, Protocol: HTTP, VpcId: !Ref Network }
  ListenerRule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 100
      Conditions:
        - Field: host-header
          HostHeaderConfig:
            Values: [!Sub "shop.\${Environment}.example.com"]
      Actions:
        - Type: forward
          TargetGroupArn: !Ref TargetGroup
  Service:
    Type: AWS::ECS::Service
    DependsOn: [Cluster]
    Properties:
      ServiceName: !Sub "\${AWS::StackName}-shop"
      Cluster: !Ref Cluster
      TaskDefinition: !Ref TaskDefinition
      DesiredCount: 0
      Tags:
        - Key: service
          Value: shop
Outputs:
  Url: { Value: "http://127.0.0.1:${port}/" }
`;
}

/** Makes the shared stack, without previews; answers its template. */
export async function openShop({ client, application }: AwsWorld): Promise<string> {
  const TemplateBody = shopTemplate(application.port);
  await client.send(new CreateStackCommand({ StackName: 'shop-testing', TemplateBody }));
  return TemplateBody;
}

/** The template of the shared stack as it was sent last. */
export async function deployedShop({ client }: AwsWorld): Promise<string> {
  const command = new GetTemplateCommand({ StackName: 'shop-testing', TemplateStage: 'Original' });
  return (await client.send(command)).TemplateBody ?? '';
}

/** What the shared stack is made of: physical ids by logical ids. */
export async function shopResources({
  client,
}: AwsWorld): Promise<Readonly<Record<string, string>>> {
  const command = new ListStackResourcesCommand({ StackName: 'shop-testing' });
  const { StackResourceSummaries = [] } = await client.send(command);
  return Object.fromEntries(
    StackResourceSummaries.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE').map(
      ({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ],
    ),
  );
}
