import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { ChangeSetRequest } from '../../change-sets/change-set.ts';
import { previousParameters } from '../../kept-settings.ts';
import { declaredParameters } from '../../template/declared-parameters.ts';
import { parseTemplate } from '../../template/document.ts';
import { decideTransport, type TemplateStore, type Upload } from '../../template/store.ts';
import type { OtherDrift } from '../decide/explain-drift.ts';
import { currentVersions } from './current-versions.ts';
import { type DraftFile, draftFile, sameText } from './draft.ts';
import type { Goal } from './goal.ts';
import { inFolder } from './nested-stacks.ts';
import { packageRoot, type RootText, replaceNested } from './root-templates.ts';
import type { Snapshot, Workshop } from './snapshot.ts';
import {
  parametersFor,
  readWishes,
  type StackWishes,
  tagsFor,
  updateSettings,
} from './stack-settings.ts';

/** A shared stack as it should be: what would be sent, and why. */
export interface StackDraft {
  readonly snapshot: Snapshot;
  readonly goal: Goal;
  readonly files: readonly DraftFile[];
  readonly drift: OtherDrift;
  readonly unchanged: boolean;
  /** What people are shown: the shared text of the first service. */
  readonly rendered: { readonly name: string; readonly text: string };
  /** `revised`: with a resource that makes CloudFormation see a change of the memory. */
  request(how: { readonly operation: string; readonly revised: boolean }): {
    readonly request: ChangeSetRequest;
    readonly uploads: readonly Upload[];
  };
}

/** Drafts what the goal makes of a shared stack. Reads, and changes nothing. Throws a `UserError`. */
export async function draftStack(
  workshop: Workshop,
  snapshot: Snapshot,
  goal: Goal,
  signal: AbortSignal,
): Promise<StackDraft> {
  const { place, stack, cloud } = snapshot;
  const { context, engine } = workshop;
  const wishes = goal.kind === 'desired' ? await wishesOf(workshop, snapshot) : undefined;
  const versions = wishes ? await currentVersions(workshop, snapshot, signal) : new Map();
  const changing = new Map(Object.entries({ ...wishes?.parameters, ...wishes?.overrides }));
  const files: DraftFile[] = [];
  for (const deployed of snapshot.files) {
    const parameters = place.root ? new Map<string, string>() : changing;
    files.push(await draftFile(workshop, snapshot, deployed, { goal, parameters, signal }));
  }
  const { s3Bucket: bucket, s3Prefix: prefix } = place.settings;
  const store = { ...(await engine.s3(cloud)), prefix, ...(bucket !== undefined && { bucket }) };
  const root = place.root && (await readRoot(workshop, snapshot, goal, files, store, signal));
  const body = root ? root.plain.text : (files[0]?.text ?? '');
  const { parameters, tags, changed } = decideStack(
    snapshot,
    wishes,
    versions,
    root?.declares ?? body,
  );
  const rootSame = !root || sameText(root.plain.text, root.deployed);
  const shown = files[0];
  return {
    snapshot,
    goal,
    files,
    drift: {
      template: files.some(({ baseChanged }) => baseChanged) || (!rootSame && isSame(files)),
      parameters: changed,
    },
    unchanged: isSame(files) && rootSame && changed.length === 0,
    rendered: {
      name: nameOf(shown),
      text: shown?.unchanged ? shown.deployed.text : (shown?.text ?? ''),
    },
    request: ({ operation, revised }) => {
      const own = revised ? (files[0]?.revised ?? '') : (files[0]?.text ?? '');
      const sent = root ? (revised ? root.revised : root.plain) : { text: own, uploads: [] };
      const transport = decideTransport(sent.text, store);
      return {
        uploads: [...sent.uploads, ...transport.uploads],
        request: {
          ...updateSettings(stack, place.settings),
          stackName: stack.StackId,
          template: transport.template,
          parameters,
          tags,
          operation,
          nested: place.root !== undefined,
        },
      };
    },
  };

  async function wishesOf({ context: { files: read } }: Workshop, { place: there }: Snapshot) {
    return readWishes(there, context.repository, read);
  }
}

function isSame(files: readonly DraftFile[]): boolean {
  return files.every(({ unchanged }) => unchanged);
}

function nameOf(file: DraftFile | undefined): string {
  return /^\s*\{/.test(file?.text ?? '') ? 'template.json' : 'template.yaml';
}

function decideStack(
  { stack }: Snapshot,
  wishes: StackWishes | undefined,
  versions: ReadonlyMap<string, string>,
  template: string,
): {
  readonly parameters: readonly Parameter[];
  readonly tags: readonly Tag[];
  readonly changed: readonly string[];
} {
  const tags = tagsFor(stack, wishes?.tags ?? {});
  if (!wishes) return { parameters: previousParameters(stack), tags: tags.tags, changed: [] };
  const declared = declaredParameters(parseTemplate(template, 'template'));
  const parameters = parametersFor(stack, declared, wishes, versions);
  return {
    parameters: parameters.parameters,
    tags: tags.tags,
    changed: [...parameters.changed, ...tags.changed.map((key) => `tag ${key}`)],
  };
}

interface ReadRoot {
  readonly plain: RootText;
  readonly revised: RootText;
  /** As it is deployed. */
  readonly deployed: string;
  /** The text that says which parameters there are. */
  readonly declares: string;
}

async function readRoot(
  { context, engine }: Workshop,
  { place, cloud, stack, root: deployed = '' }: Snapshot,
  goal: Goal,
  files: readonly DraftFile[],
  store: TemplateStore,
  signal: AbortSignal,
): Promise<ReadRoot> {
  const { root } = place;
  if (!root) throw new RangeError('a place without a root');
  const read = (id: string) => engine.originalTemplate(cloud, id, signal);
  const plain = files.map((draft) => ({
    draft,
    text: draft.unchanged ? draft.deployed.text : draft.text,
  }));
  const revised = plain.map(({ draft, text }) => ({
    draft,
    text: draft.unchanged ? text : draft.revised,
  }));
  if (goal.kind !== 'desired') {
    const replace = (drafts: typeof plain) => {
      const changed = drafts.filter(({ draft }) => !draft.unchanged);
      return replaceNested(stack.StackId, changed, read, store);
    };
    const declares = deployed;
    return { plain: await replace(plain), revised: await replace(revised), deployed, declares };
  }
  const folder = await context.files.trustedFolder(root.folder);
  const pack = (drafts: typeof plain) => packageRoot(root, folder, drafts, store);
  const declares = folder.get(inFolder(root.template, root.folder)) ?? '';
  return { plain: await pack(plain), revised: await pack(revised), deployed, declares };
}
