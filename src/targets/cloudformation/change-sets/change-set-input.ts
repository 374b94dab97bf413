import type {
  Capability,
  CreateChangeSetCommandInput,
  RollbackConfiguration,
} from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../../core/sha256.ts';
import type { ChangeSetRequest } from './change-set.ts';

/** Source: CloudFormation API, CreateChangeSet (128 for names and tokens); what is left is for our own parts. */
const longestOperation = 100;

/**
 * The name of the change set, and its token: of the operation and of what is asked for, so that the same request of
 * the same run finds its own. `turn` counts up when the one of that name is used up.
 */
export function changeSetName(request: ChangeSetRequest, turn: number): string {
  const { locate, operation, ...content } = request;
  const hash = sha256Hex(JSON.stringify(content)).slice(0, 8);
  const own = operation.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, longestOperation);
  return `understudy-${own}-${hash}${turn > 1 ? `-${turn}` : ''}`;
}

/** What is sent. Pure: the same request and name give the same input. */
export function changeSetInput(
  request: ChangeSetRequest,
  name: string,
): CreateChangeSetCommandInput {
  return {
    StackName: request.stackName,
    ChangeSetName: name,
    ClientToken: name,
    ChangeSetType: request.kind,
    ...templateOf(request.template),
    Parameters: [...request.parameters],
    Tags: [...request.tags],
    Capabilities: request.capabilities as Capability[],
    // An empty list takes topics away that an earlier change named; leaving it out would keep them.
    NotificationARNs: [...request.notificationArns],
    ...(request.roleArn && { RoleARN: request.roleArn }),
    ...rollbackOf(request),
    ...(request.nested && { IncludeNestedStacks: true }),
    ...(request.kind === 'IMPORT' && { ResourcesToImport: importsOf(request) }),
  };
}

function templateOf(template: ChangeSetRequest['template']) {
  if (template === 'previous') return { UsePreviousTemplate: true };
  return 'url' in template ? { TemplateURL: template.url } : { TemplateBody: template.body };
}

/** Of a stack that exists it is always said, so that alarms that are no longer configured are let go. */
function rollbackOf(request: ChangeSetRequest): { RollbackConfiguration?: RollbackConfiguration } {
  const { rollbackTriggers, monitorMinutes, kind } = request;
  if (kind !== 'UPDATE' && rollbackTriggers.length === 0 && monitorMinutes === 0) return {};
  return {
    RollbackConfiguration: {
      RollbackTriggers: rollbackTriggers.map((arn) => ({
        Arn: arn,
        Type: 'AWS::CloudWatch::Alarm',
      })),
      MonitoringTimeInMinutes: monitorMinutes,
    },
  };
}

function importsOf({ imports }: ChangeSetRequest) {
  return imports.map(({ type, logicalId, identifier }) => ({
    ResourceType: type,
    LogicalResourceId: logicalId,
    ResourceIdentifier: { ...identifier },
  }));
}
