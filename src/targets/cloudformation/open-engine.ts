import { ContinueUpdateRollbackCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { changeSetsOfRun } from './change-sets/change-sets-of-run.ts';
import { endpointIn } from './connect/client-options.ts';
import type { Cloud } from './connect/cloud.ts';
import type { Connections } from './connect/connections.ts';
import { explainAws } from './connect/errors.ts';
import { sending } from './connect/sending.ts';
import type { CloudFormationContext } from './context.ts';
import { describeStack } from './describe-stack.ts';
import type { Engine } from './engine.ts';
import { listResources } from './list-resources.ts';
import { followOperation } from './watching/follow.ts';

/** What expand mode does to stacks, over these connections. */
export function openEngine(
  { environment }: CloudFormationContext,
  connections: Connections,
): Engine {
  const changeSets = changeSetsOfRun();
  const endpoint = endpointIn('S3', environment);
  return {
    cloud: (region) => connections.cloud(region === undefined ? {} : { region }),
    nearby: async (cloud) => connections.nearby({ region: await cloud.config.region() }),
    s3: async (cloud) => ({
      region: await cloud.config.region(),
      ...(endpoint && { endpoint }),
    }),
    describeStack,
    originalTemplate,
    listResources,
    prepareChangeSet: changeSets.prepare,
    executeChangeSet: changeSets.execute,
    discardChangeSet: changeSets.discard,
    dropChangeSets: changeSets.drop,
    followOperation,
    continueRollback,
  };
}

async function originalTemplate(
  cloud: Cloud,
  stack: string,
  signal?: AbortSignal,
): Promise<string> {
  const command = new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' });
  const { TemplateBody = '' } = await cloud.send(command, sending(signal)).catch((cause) => {
    throw explainAws(cause, `read the template of the stack ${stack}`);
  });
  return TemplateBody;
}

async function continueRollback(cloud: Cloud, stackId: string, token: string, signal: AbortSignal) {
  const command = new ContinueUpdateRollbackCommand({
    StackName: stackId,
    ClientRequestToken: token,
  });
  await cloud.send(command, sending(signal)).catch((cause) => {
    throw explainAws(cause, `continue the rollback of the stack ${stackId}`);
  });
}
