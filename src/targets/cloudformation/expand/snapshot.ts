import type { Stack } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../../core/user-error.ts';
import type { Cloud } from '../cloud.ts';
import type { CloudFormationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { findNested } from './nested-stacks.ts';
import type { SharedFile, SharedPlace } from './shared-place.ts';

/** What everything in expand mode works with. */
export interface Workshop {
  readonly context: CloudFormationContext;
  readonly engine: Engine;
}

/** One shared text as it is deployed. */
export interface DeployedFile {
  readonly file: SharedFile;
  /** The stack that has it: the place's own, or one nested below it; `undefined` = not deployed yet. */
  readonly stack?: Stack;
  /** Logical ids of nested stacks on the way there; empty = the place's own stack. */
  readonly path: readonly string[];
  /** Ids of the stacks on the way, the place's own first; as many as `path` has names. */
  readonly parents: readonly string[];
  /** As it was sent last; `''` = not deployed yet. */
  readonly text: string;
}

/** A shared stack at one moment. */
export interface Snapshot {
  readonly place: SharedPlace;
  readonly cloud: Cloud;
  readonly stack: Stack & { readonly StackId: string };
  /** Different whenever somebody has changed the stack. */
  readonly version: string;
  readonly files: readonly DeployedFile[];
}

/** Reads a shared stack; `undefined` = there is none of that name. */
export async function takeSnapshot(
  { context, engine }: Workshop,
  place: SharedPlace,
  signal?: AbortSignal,
): Promise<Snapshot | undefined> {
  const cloud = engine.cloud(place.region);
  const stack = await engine.describeStack(cloud, place.stack, signal);
  if (!isThere(stack)) return undefined;
  const own = async (file: SharedFile): Promise<DeployedFile> => ({
    file,
    stack,
    path: [],
    parents: [],
    text: await engine.originalTemplate(cloud, stack.StackId, signal),
  });
  const files: DeployedFile[] = [];
  const folder = place.root && (await context.files.trustedFolder(place.root.folder));
  for (const file of place.files) {
    files.push(
      place.root && folder
        ? await findNested({ engine, cloud, stack, root: place.root, folder, file, signal })
        : await own(file),
    );
  }
  return { place, cloud, stack, version: versionOf(stack), files };
}

/** As `takeSnapshot`, where the stack has to be there. */
export async function needSnapshot(
  workshop: Workshop,
  place: SharedPlace,
  signal: AbortSignal,
): Promise<Snapshot> {
  const snapshot = await takeSnapshot(workshop, place, signal);
  if (snapshot) return snapshot;
  const region = await workshop.engine.cloud(place.region).config.region();
  throw new UserError(
    `the shared stack ${place.stack} does not exist in ${region}`,
    'Create it first, without previews: mode expand adds to a stack that is there. Or correct `preview.cloudformation.expand.stack` or `region`.',
  );
}

/** Tells whether somebody has changed, or begun to change, the stack in between. */
export function versionOf({ LastUpdatedTime, CreationTime, ChangeSetId, StackStatus }: Stack) {
  const at = (LastUpdatedTime ?? CreationTime)?.getTime() ?? 0;
  return [at, ChangeSetId ?? '', StackStatus ?? ''].join(' ');
}

function isThere(stack: Stack | undefined): stack is Stack & { StackId: string } {
  const gone = ['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS'];
  return stack?.StackId !== undefined && !gone.includes(stack.StackStatus ?? '');
}
