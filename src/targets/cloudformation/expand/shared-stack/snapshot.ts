import type { Stack } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../../../core/user-error.ts';
import type { Cloud } from '../../connect/cloud.ts';
import type { CloudFormationContext } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { findNested } from './nested-stacks.ts';
import type { SharedFile, SharedPlace } from './shared-place.ts';

/** What everything in expand mode works with. */
export interface Workshop {
  readonly context: CloudFormationContext;
  readonly engine: Engine;
  /** A name that nothing of this run has had before; change sets and tokens derive from it. */
  nextOperation(): string;
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

/** A stack that was made. */
export type ExistingStack = Stack & { readonly StackId: string };

/** A shared stack at one moment. */
export interface Snapshot {
  readonly place: SharedPlace;
  readonly cloud: Cloud;
  readonly stack: ExistingStack;
  readonly files: readonly DeployedFile[];
  /** The root template as it was sent last; absent without a root. */
  readonly root?: string;
}

/** A stack that exists; `undefined` = there is none of that name, or none that was ever made. */
export async function findStack(
  { engine }: Workshop,
  place: SharedPlace,
  signal?: AbortSignal,
): Promise<ExistingStack | undefined> {
  const stack = await engine.describeStack(engine.cloud(place.region), place.stack, signal);
  return isThere(stack) ? stack : undefined;
}

/** Reads what a shared stack holds. */
export async function takeSnapshot(
  { context, engine }: Workshop,
  place: SharedPlace,
  stack: ExistingStack,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const cloud = engine.cloud(place.region);
  const { root } = place;
  const folder = root && (await context.files.trustedFolder(root.folder));
  const files: DeployedFile[] = [];
  for (const file of place.files) {
    files.push(
      root && folder
        ? await findNested({ engine, cloud, stack, root, folder, file, signal })
        : await readOwn(engine, cloud, stack, file, signal),
    );
  }
  if (!root) return { place, cloud, stack, files };
  const text = await engine.originalTemplate(cloud, stack.StackId, signal);
  return { place, cloud, stack, files, root: text };
}

async function readOwn(
  engine: Engine,
  cloud: Cloud,
  stack: ExistingStack,
  file: SharedFile,
  signal: AbortSignal | undefined,
): Promise<DeployedFile> {
  const text = await engine.originalTemplate(cloud, stack.StackId, signal);
  return { file, stack, path: [], parents: [], text };
}

/**
 * Whether the stack still holds what the snapshot shows. Asked once a change set is there: what began before it
 * would have kept CloudFormation from making it, and what begins after makes it worthless.
 */
export async function isCurrent(
  { engine }: Workshop,
  { cloud, stack, files, root }: Snapshot,
  signal: AbortSignal,
): Promise<boolean> {
  if (root !== undefined) {
    // It names each nested template by the hash of its content.
    return (await engine.originalTemplate(cloud, stack.StackId, signal)) === root;
  }
  for (const { text } of files) {
    const now = await engine.originalTemplate(cloud, stack.StackId, signal);
    if (now !== text) return false;
  }
  return true;
}

/** What to say when the shared stack is not there. */
export async function noStack({ engine }: Workshop, place: SharedPlace): Promise<UserError> {
  const region = await engine.cloud(place.region).config.region();
  return new UserError(
    `the shared stack ${place.stack} does not exist in ${region}`,
    'Create it first, without previews: mode expand adds to a stack that is there. Or correct `preview.cloudformation.expand.stack` or `region`.',
  );
}

function isThere(stack: Stack | undefined): stack is ExistingStack {
  const gone = ['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS'];
  return stack?.StackId !== undefined && !gone.includes(stack.StackStatus ?? '');
}
