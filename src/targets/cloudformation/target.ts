import type { StackReader } from '../../promotion/observe/ports.ts';
import { severalTargets, type TargetPart } from '../several-targets.ts';
import type { Target } from '../target.ts';
import { connections } from './connect/connections.ts';
import type { CloudFormationContext } from './context.ts';
import { loadExpand } from './load-units.ts';
import { openStackReader, type StackReading } from './observe-stage.ts';
import { openEngine } from './open-engine.ts';
import { stackTarget } from './stack/stack-target.ts';

/** Previews on AWS CloudFormation, in the modes that the services of the configuration ask for. */
export async function createCloudFormationTarget(context: CloudFormationContext): Promise<Target> {
  const opened = connections(context);
  const parts: TargetPart[] = [];
  const stack = only(context, 'stack');
  const expand = only(context, 'expand');
  if (stack.services.length > 0) {
    parts.push({ target: stackTarget(stack, opened), holds: holds(stack) });
  }
  if (expand.services.length > 0) {
    const openExpand = await loadExpand();
    const target = openExpand(expand, openEngine(context, opened));
    parts.push({ target, holds: holds(expand) });
  }
  return severalTargets(parts);
}

/** What a mode sees of the configuration. */
function only(context: CloudFormationContext, mode: 'stack' | 'expand'): CloudFormationContext {
  return {
    ...context,
    services: context.services.filter(({ settings }) => settings.mode === mode),
  };
}

function holds({ services }: CloudFormationContext) {
  return (name: string) => services.some((service) => service.name === name);
}

/** Stacks as stages of a pipeline; from this unit, so that the SDK is in the download once. */
export function openStackStages(reading: StackReading): StackReader {
  return openStackReader(reading);
}
