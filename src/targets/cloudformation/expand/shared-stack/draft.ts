import { posix } from 'node:path';
import { once } from '../../../../core/once.ts';
import { UserError } from '../../../../core/user-error.ts';
import { decideFile, type FileContent } from '../decide/decide-file.ts';
import { decideSet, isOurs, type SetDecision } from '../decide/decide-set.ts';
import { type Wanted, wantedEntries } from '../decide/wanted.ts';
import { overlayHeld } from '../held-overlay.ts';
import { readSharedTemplate } from '../render/shared-template.ts';
import type { SharedTemplate } from '../shared-state.ts';
import { decideAmendment, type Goal } from './goal.ts';
import { isAnswering, missingImages } from './missing-images.ts';
import { sharedPath } from './nested-stacks.ts';
import type { Part } from './shared-place.ts';
import type { DeployedFile, Snapshot, Workshop } from './snapshot.ts';
import { addressOf, knownNames } from './stack-names.ts';
import { takenPriorities } from './taken-priorities.ts';

/** One shared text as it should be. */
export interface DraftFile {
  readonly deployed: DeployedFile;
  readonly template: SharedTemplate;
  readonly content: FileContent;
  /** Whether the text apart from previews differs from the deployed one. */
  readonly baseChanged: boolean;
  readonly text: string;
  /** With a resource that makes a change of the memory alone a change to CloudFormation. */
  readonly revised: string;
  readonly unchanged: boolean;
}

/** What drafting is told besides the stack. */
export interface Drafting {
  readonly goal: Goal;
  /** Values of parameters that this update changes. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Line ends do not survive the way through XML. */
export function sameText(one: string, other: string): boolean {
  return one === other || one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n');
}

/** Makes one shared text what the goal says. Asks for images and priorities, and changes nothing. */
export async function draftFile(
  workshop: Workshop,
  snapshot: Snapshot,
  deployed: DeployedFile,
  drafting: Drafting,
): Promise<DraftFile> {
  const { goal } = drafting;
  const { parts } = deployed.file;
  const name = await nameOf(workshop, snapshot, deployed);
  const current = deployed.text === '' ? undefined : readSharedTemplate(deployed.text, name, []);
  const source = goal.kind === 'desired' ? await sourceOf(workshop, snapshot, deployed) : undefined;
  const text = source ?? deployed.text;
  const rules = goal.kind === 'desired' ? parts.map(rulesOf) : [];
  const template = readSharedTemplate(text, name, rules);
  const baseChanged = !current || !sameText(template.base, current.base);
  const state = current?.state ?? { previews: [], held: [] };
  refuseForeignNames(state.previews, parts, workshop.context.repository);
  const facts = { template, parts, deployed: state, baseChanged, name };
  const content = await contentOf(workshop, snapshot, deployed, facts, drafting);
  return finished(deployed, template, content, baseChanged, (revision) =>
    renderKeeping(template, content, revision, deployed.text),
  );
}

function finished(
  deployed: DeployedFile,
  template: SharedTemplate,
  content: FileContent,
  baseChanged: boolean,
  render: (revision: boolean) => string,
): DraftFile {
  const text = render(false);
  const revised = render(true);
  const unchanged = sameText(text, deployed.text) || sameText(revised, deployed.text);
  return { deployed, template, content, baseChanged, text, revised, unchanged };
}

/** Entries that are carried over stand in the text as they stand in the deployed one. */
function renderKeeping(
  template: SharedTemplate,
  { previews, kept, decision }: FileContent,
  revision: boolean,
  deployed: string,
): string {
  return template.render({
    previews,
    held: decision.held,
    ...(kept.length > 0 && { kept: { entries: kept, from: deployed } }),
    ...(revision && { revision }),
  });
}

/** The path in the repository, for people and annotations. */
async function nameOf(
  { context }: Workshop,
  { place: { root, stack } }: Snapshot,
  { file }: DeployedFile,
): Promise<string> {
  if (file.template === undefined) return `stack ${stack}`;
  if (!root) return file.template;
  const folder = await context.files.trustedFolder(root.folder);
  return posix.join(root.folder, sharedPath(file, root, folder));
}

function rulesOf({ name, expand }: Part) {
  return { service: name, settings: expand };
}

async function sourceOf(
  { context }: Workshop,
  { place }: Snapshot,
  { file, path }: DeployedFile,
): Promise<string | undefined> {
  if (file.template === undefined) return undefined;
  if (place.root) {
    const folder = await context.files.trustedFolder(place.root.folder);
    return folder.get(sharedPath(file, place.root, folder));
  }
  const text = path.length === 0 ? await context.files.trusted(file.template) : undefined;
  if (text !== undefined) return text;
  throw new UserError(
    `the shared template ${file.template} is not on the base branch`,
    'Correct `preview.cloudformation.template`, or leave it out to use the template that is deployed.',
  );
}

interface ContentFacts {
  readonly template: SharedTemplate;
  readonly parts: readonly Part[];
  readonly deployed: SharedTemplate['state'];
  readonly baseChanged: boolean;
  readonly name: string;
}

async function contentOf(
  workshop: Workshop,
  snapshot: Snapshot,
  { stack }: DeployedFile,
  facts: ContentFacts,
  { goal, parameters, signal }: Drafting,
): Promise<FileContent> {
  const services = new Set(facts.parts.map(({ name }) => name));
  if (goal.kind !== 'desired') {
    const decision = decideAmendment(facts.deployed, goal, services);
    const there = decision.entries.filter(({ verdict }) => verdict === 'keep');
    const kept = [...decision.others, ...there.flatMap(({ entry }) => (entry ? [entry] : []))];
    return { decision, previews: [], kept, changed: [] };
  }
  const known = knownNames(stack ?? snapshot.stack, parameters);
  const decision = await decided(workshop, snapshot, facts, known, goal, signal);
  const isNew = decision.entries.some(({ verdict }) => verdict === 'add');
  const taken = isNew ? await takenPriorities(workshop, snapshot, stack, facts, signal) : [];
  return decideFile({
    ...facts,
    decision,
    taken,
    occasion: goal.occasion.previewId,
    now: workshop.context.now(),
    addressFor: (wanted, part) => addressFor(wanted, part, goal.previews, known),
  });
}

function addressFor(
  wanted: Wanted,
  { service: name, settings, expand }: Part,
  previews: Extract<Goal, { kind: 'desired' }>['previews'],
  known: ReturnType<typeof knownNames>,
): string | undefined {
  const [, output] = /^output:(.+)$/.exec(settings.url ?? '') ?? [];
  if (output !== undefined) return `output:${output}${wanted.id.toUpperCase()}`;
  const preview = previews.find(({ previewId }) => previewId === wanted.id);
  const service = preview?.services.find((one) => one.name === name);
  return addressOf(expand.domain, wanted.values, known, service?.host ?? '');
}

async function decided(
  { context, engine }: Workshop,
  { cloud }: Snapshot,
  { template, parts, deployed, name }: ContentFacts,
  known: ReturnType<typeof knownNames>,
  goal: Extract<Goal, { kind: 'desired' }>,
  signal: AbortSignal,
): Promise<SetDecision> {
  const facts = {
    repository: context.repository,
    occasion: goal.occasion.previewId,
    wanted: wantedEntries(goal.previews, parts),
    deployed: deployed.previews,
    held: overlayHeld(
      deployed.held,
      goal.learnt.filter(({ service }) => parts.some((part) => part.name === service)),
    ),
    attempts: new Map(parts.map((part) => [part.name, part.expand.attempts])),
    failed: goal.failed,
    occasionOnly: goal.occasionOnly,
  };
  const first = decideSet({ ...facts, missing: new Map() });
  const candidates = first.entries.flatMap(({ verdict, wanted, part: partName }) => {
    const part = parts.find((one) => one.name === partName);
    return wanted && part && (verdict === 'add' || verdict === 'update') ? [{ wanted, part }] : [];
  });
  const nearby = once(() => engine.nearby(cloud));
  const answers = (url: string) => isAnswering(url, { ...context, signal });
  const images = { template, file: name, known };
  const missing = await missingImages(candidates, images, { nearby, answers, signal });
  return missing.size > 0 ? decideSet({ ...facts, missing }) : first;
}

/** Two repositories with a service of one name in one template could not be told apart. */
function refuseForeignNames(
  previews: SharedTemplate['state']['previews'],
  parts: readonly Part[],
  repository: string,
): void {
  const foreign = previews.find(
    (entry) => !isOurs(entry, repository) && parts.some(({ name }) => name === entry.service),
  );
  if (!foreign) return;
  throw new UserError(
    `the shared template already holds previews of a service "${foreign.service}" of ${foreign.repository}`,
    'Give the service another name under `preview.services`: names are unique within a shared template.',
  );
}
