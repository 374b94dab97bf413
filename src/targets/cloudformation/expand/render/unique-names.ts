import { type Changes, call, hole, list, splice, text } from '../syntax/pieces.ts';
import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { intrinsicOf, valueAt } from '../syntax/tree-lookup.ts';

/** A name that AWS wants unique in an account and region, and how long it may be. */
interface UniqueName {
  readonly property: string;
  readonly length: number;
}

/** By type: the resource references of CloudFormation. A type that is not named keeps its properties. */
const uniqueNames: Readonly<Record<string, UniqueName>> = {
  'AWS::ApplicationAutoScaling::ScalingPolicy': { property: 'PolicyName', length: 256 },
  'AWS::CloudWatch::Alarm': { property: 'AlarmName', length: 255 },
  'AWS::ECS::Cluster': { property: 'ClusterName', length: 255 },
  'AWS::ECS::Service': { property: 'ServiceName', length: 255 },
  'AWS::ECS::TaskDefinition': { property: 'Family', length: 255 },
  'AWS::EC2::SecurityGroup': { property: 'GroupName', length: 255 },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { property: 'Name', length: 32 },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { property: 'Name', length: 32 },
  'AWS::Events::Rule': { property: 'Name', length: 64 },
  'AWS::IAM::Role': { property: 'RoleName', length: 64 },
  'AWS::Lambda::Function': { property: 'FunctionName', length: 64 },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', length: 512 },
  'AWS::SNS::Topic': { property: 'TopicName', length: 256 },
};

/** Of `-1D0FD508`. */
const usualSuffix = 9;

/**
 * The clone's name ends in `-1D0FD508`, in whatever form the original's is written. One that is too long for that and
 * cannot be shortened, because CloudFormation puts it together, is left to CloudFormation to make up.
 */
export function suffixName(
  changes: Changes,
  type: string,
  properties: SyntaxNode | undefined,
  isCloned: (name: string) => boolean,
): void {
  const unique = uniqueNames[type];
  const value = unique && valueAt(properties, unique.property);
  if (!value) return;
  if (leastLength(value) + usualSuffix > unique.length) changes.removed.add(value);
  else suffixed(changes, value, unique.length, isCloned);
}

/** The same for a value that is a name of any kind. */
export function suffixed(
  changes: Changes,
  node: SyntaxNode,
  limit: number,
  isCloned: (name: string) => boolean,
): void {
  const { name, argument } = intrinsicOf(node) ?? { name: '', argument: node };
  if (name === '' && node.kind === 'scalar') {
    const whole = hole({ name: node.value, limit });
    const end = node.value.length;
    const fits = end + usualSuffix <= limit;
    const from = fits ? end : 0;
    splice(changes, node, { from, to: end, pieces: [fits ? hole('dashed') : whole] });
  } else if (name === 'If' && argument.kind === 'seq') {
    for (const branch of argument.items.slice(1)) suffixed(changes, branch, limit, isCloned);
  } else if (name === 'Ref' && argument.kind === 'scalar' && !isCloned(argument.value)) {
    if (argument.value === 'AWS::NoValue') return;
    changes.replaced.set(node, call('Sub', text(`\${${argument.value}}`, hole('dashed'))));
  } else if (name === 'Sub') suffixSub(changes, argument);
  else if (name !== '') {
    const parts = list({ kind: 'node', node }, text(hole('dashed')));
    changes.replaced.set(node, call('Join', list(text(''), parts)));
  }
}

function suffixSub(changes: Changes, argument: SyntaxNode): void {
  const template = argument.kind === 'seq' ? argument.items[0] : argument;
  if (template?.kind !== 'scalar') return;
  const end = template.value.length;
  splice(changes, template, { from: end, to: end, pieces: [hole('dashed')] });
}

function leastLength(node: SyntaxNode): number {
  const intrinsic = intrinsicOf(node);
  if (intrinsic?.name !== 'Sub' || intrinsic.argument.kind !== 'scalar') return 0;
  return intrinsic.argument.value.replaceAll(/\$\{[^}]*\}/g, '').length;
}
