import { isTrue, page, tagsOutput } from './answers.ts';
import { askedChangeSet } from './change-sets.ts';
import {
  type ChangeSet,
  type Cloud,
  mustFindStack,
  type Place,
  type PlannedChange,
} from './model.ts';
import { type Input, type Output, required, text } from './query.ts';

export function describeChangeSet(cloud: Cloud, place: Place, input: Input): Output {
  const changeSet = askedChangeSet(cloud, place, input);
  const values = text(input, 'IncludePropertyValues') === 'true';
  const ready = changeSet.status === 'CREATE_COMPLETE';
  const { items, next } = page(cloud, input, ready ? changeSet.changes : []);
  let root = changeSet.parent;
  while (root?.parent) root = root.parent;
  return {
    ...changeSetSummary(changeSet),
    Parameters: Object.entries(changeSet.definition.parameters).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: isTrue(changeSet.definition.template.Parameters[key]?.NoEcho)
        ? '****'
        : value,
    })),
    NotificationARNs: changeSet.definition.notificationArns,
    Capabilities: changeSet.definition.capabilities,
    Tags: tagsOutput(changeSet.definition.tags),
    Changes: items.map((one) => changeOutput(one, values)),
    NextToken: next,
    ParentChangeSetId: changeSet.parent?.id,
    RootChangeSetId: root?.id,
    OnStackFailure: changeSet.onFailure,
  };
}

function changeSetSummary(changeSet: ChangeSet) {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: changeSet.stack.id,
    StackName: changeSet.stack.name,
    CreationTime: new Date(changeSet.createdAt),
    ExecutionStatus: changeSet.execution,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    IncludeNestedStacks: changeSet.nested,
  };
}

function changeOutput(change: PlannedChange, values: boolean): Output {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: change.action,
      LogicalResourceId: change.logicalId,
      PhysicalResourceId: change.physicalId,
      ResourceType: change.type,
      Replacement: change.replacement,
      PolicyAction: change.replacement === 'True' ? 'ReplaceAndDelete' : undefined,
      Scope: change.scope,
      Details: change.details.map(({ attribute, name, recreation, dynamic, before, after }) => ({
        Target: {
          Attribute: attribute,
          Name: name,
          RequiresRecreation: recreation,
          ...(values && { BeforeValue: before, AfterValue: after, AttributeChangeType: 'Modify' }),
        },
        Evaluation: dynamic ? 'Dynamic' : 'Static',
        ChangeSource: dynamic ? 'ResourceAttribute' : 'DirectModification',
      })),
      ChangeSetId: change.child?.id,
    },
  };
}

export function listChangeSets(cloud: Cloud, place: Place, input: Input): Output {
  const stack = mustFindStack(cloud, place, required(input, 'StackName'));
  const all = cloud.changeSets.filter((one) => one.stack === stack && !one.deleted);
  const { items, next } = page(cloud, input, all);
  return { Summaries: items.map(changeSetSummary), NextToken: next };
}
