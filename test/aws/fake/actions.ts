import * as acting from './acting.ts';
import * as changeSets from './change-sets.ts';
import * as describe from './describe.ts';
import * as changeSetAnswers from './describe-change-sets.ts';
import * as events from './describe-events.ts';
import * as templates from './describe-templates.ts';
import type { Cloud, Place } from './model.ts';
import { type Input, type Output, required } from './query.ts';
import { readTemplate } from './template.ts';

type Handler = (cloud: Cloud, place: Place, input: Input) => Output;

/** What the fake answers. */
export const actions: Readonly<Record<string, Handler>> = {
  CancelUpdateStack: acting.cancelUpdateStack,
  ContinueUpdateRollback: acting.continueUpdateRollback,
  CreateChangeSet: changeSets.createChangeSet,
  CreateStack: acting.createStack,
  DeleteChangeSet: changeSets.deleteChangeSet,
  DeleteStack: acting.deleteStack,
  DescribeChangeSet: changeSetAnswers.describeChangeSet,
  DescribeEvents: events.describeEvents,
  DescribeStackDriftDetectionStatus: acting.describeDriftDetection,
  DescribeStackEvents: events.describeStackEvents,
  DescribeStackResource: describe.describeStackResource,
  DescribeStackResourceDrifts: acting.describeResourceDrifts,
  DescribeStackResources: describe.describeStackResources,
  DescribeStacks: describe.describeStacks,
  DetectStackDrift: acting.detectStackDrift,
  ExecuteChangeSet: changeSets.executeChangeSet,
  GetTemplate: templates.getTemplate,
  GetTemplateSummary: templates.getTemplateSummary,
  ListChangeSets: changeSetAnswers.listChangeSets,
  ListExports: describe.listExports,
  ListStackResources: describe.listStackResources,
  ListStacks: describe.listStacks,
  RollbackStack: acting.rollbackStack,
  UpdateStack: acting.updateStack,
  UpdateTerminationProtection: acting.updateTerminationProtection,
  ValidateTemplate: (cloud, place, input) => {
    readTemplate(required(input, 'TemplateBody'));
    return templates.getTemplateSummary(cloud, place, input);
  },
};
