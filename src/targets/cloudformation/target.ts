import { severalTargets } from '../several-targets.ts';
import type { Target } from '../target.ts';
import { connections } from './connections.ts';
import type { CloudFormationContext } from './context.ts';
import { stackTarget } from './stack-target.ts';

/** Previews on AWS CloudFormation, in the modes that the services of the configuration ask for. */
export function createCloudFormationTarget(context: CloudFormationContext): Target {
  const opened = connections(context);
  return severalTargets([{ target: stackTarget(context, opened), holds: () => true }]);
}
