import { CreateStackCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AwsWorld, openAws } from '../world/aws-world.ts';
import { headOf } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openAws>>;

beforeAll(async () => {
  aws = await openAws();
}, 120_000);

afterAll(() => aws.close());

const configuration = `preview:
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

function shared(port: number): string {
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

async function templateOf({ client }: AwsWorld): Promise<string> {
  const command = new GetTemplateCommand({ StackName: 'shop-testing', TemplateStage: 'Original' });
  return (await client.send(command)).TemplateBody ?? '';
}

/** Priority of the preview's listener rule, as the template says it. */
function priorityOf(template: string, id: string): number {
  const [, block = ''] = template.split(`  ListenerRule${id.toUpperCase()}:`);
  return Number(/Priority: (\d+)/.exec(block)?.[1]);
}

describe('previews in a shared stack', () => {
  test('come, move on and go, each with its priority, and leave the template as it was', () =>
    aws.inAws({ configuration }, async (amazon) => {
      const { world, application, client } = amazon;
      const original = shared(application.port);
      await client.send(
        new CreateStackCommand({ StackName: 'shop-testing', TemplateBody: original }),
      );

      const lamp = await world.pullRequest('feature/lamp');
      const first = await amazon.step(lamp);
      expect(first).toMatchObject({
        exit: 0,
        outputs: { state: 'created', url: `http://127.0.0.1:${application.port}/` },
      });
      const one = first.outputs['preview-id'] ?? '';
      const withOne = await templateOf(amazon);
      expect(withOne).toContain(`registry.example.com/acme/shop:${headOf(lamp)}`);
      expect(withOne).toContain('# AUTO GENERATED PREVIEW DEPLOYMENT');
      expect(priorityOf(withOne, one)).toBe(101);

      const second = await amazon.step(await world.pullRequest('feature/sofa'));
      expect(second).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const two = second.outputs['preview-id'] ?? '';
      expect(priorityOf(await templateOf(amazon), two)).toBe(102);

      const pushed = await world.update('feature/lamp', { greeting: 'brighter' });
      expect(await amazon.step(pushed)).toMatchObject({ exit: 0, outputs: { state: 'updated' } });
      expect(await templateOf(amazon)).toContain(`acme/shop:${headOf(pushed)}`);
      expect(await amazon.step(pushed)).toMatchObject({ outputs: { state: 'unchanged' } });

      const closed = await amazon.step(await world.closePull(1));
      expect(closed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      const withTwo = await templateOf(amazon);
      expect(withTwo).not.toContain(one.toUpperCase());
      expect(priorityOf(withTwo, two)).toBe(102);

      await world.closePull(2);
      const swept = await amazon.step(await world.schedule());
      expect(swept).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(await templateOf(amazon)).toBe(original);
    }));
});
