import { paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { instant } from '../../../core/time.ts';
import { joinParts } from '../../several-targets.ts';
import type { ObservedPreview, ObservedService, ServiceState } from '../../target.ts';
import type { Cloud } from '../connect/cloud.ts';
import { explainAws } from '../connect/errors.ts';
import { marksIn, type StackMarks } from '../marks.ts';

/** A stack of ours and what its marks say. */
export interface MarkedStack {
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly marks: StackMarks;
}

/** Every stack that carries marks of the repository, to the last page. Throws rather than answer in part. */
export async function markedStacks(cloud: Cloud, repository: string): Promise<MarkedStack[]> {
  const found: MarkedStack[] = [];
  try {
    for await (const { Stacks = [] } of paginateDescribeStacks({ client: cloud }, {})) {
      for (const stack of Stacks) {
        const marks = marksOf(stack);
        if (marks?.repository.toLowerCase() === repository.toLowerCase()) {
          found.push({ cloud, stack, marks });
        }
      }
    }
  } catch (cause) {
    throw explainAws(cause, 'list the stacks');
  }
  return found;
}

/** The marks of a preview's stack; `undefined` for anyone else's, and for stacks nested in one. */
export function marksOf({ Tags, StackName, ParentId }: Stack): StackMarks | undefined {
  const marks = marksIn(Tags);
  return ParentId === undefined && marks?.stackName === StackName ? marks : undefined;
}

/** The previews that stacks belong to; one preview may have several stacks. */
export function previewsOf(stacks: readonly MarkedStack[]): ObservedPreview[] {
  const previews = new Map<string, ObservedPreview>();
  for (const marked of stacks) {
    const preview = previewOf(marked);
    const other = previews.get(preview.previewId);
    previews.set(preview.previewId, other ? joinParts(other, preview) : preview);
  }
  return [...previews.values()];
}

function previewOf({ stack, marks }: MarkedStack): ObservedPreview {
  const { services, stackName: _, templateHash: __, usualSeconds: ___, ...own } = marks;
  return {
    ...own,
    createdAt: instant(stack.CreationTime?.getTime() ?? 0),
    services: observedServices(stack, services),
  };
}

/** The services of a stack as its status and outputs tell. */
export function observedServices(
  stack: Stack,
  services: StackMarks['services'],
): ObservedService[] {
  const state = stateOf(stack);
  return Object.entries(services).map(([name, place]) => ({
    name,
    state,
    url: addressOf(stack, place),
  }));
}

/** `output:Name` is looked up; empty while the stack has no such output. */
function addressOf({ Outputs = [] }: Stack, place: string): string {
  if (!place.startsWith('output:')) return place;
  const name = place.slice('output:'.length);
  return Outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue ?? '';
}

/** After a rollback the commit before serves, and the tags are those of that commit. */
function stateOf({ StackStatus }: Stack): ServiceState {
  const status: string = StackStatus ?? '';
  if (/^(?:CREATE|UPDATE|IMPORT)_COMPLETE$|^(?:UPDATE|IMPORT)_ROLLBACK_COMPLETE$/.test(status)) {
    return 'ready';
  }
  if (status.startsWith('DELETE_IN')) return 'unknown';
  return status.endsWith('_IN_PROGRESS') ? 'starting' : 'failed';
}
