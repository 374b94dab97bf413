import type { StageObservation } from '../facts.ts';
import { isOfVersion, namingEdit, versionsMadeInto } from './deployed-version.ts';
import type { HistoryReader, ListedDeployment } from './ports.ts';
import { type Looking, type StageView, unknown, unknownByFault } from './stage-view.ts';
import { versionText } from './version-text.ts';

type OfDeployment = StageObservation & { readonly ref?: string };

/**
 * The observation by a deployment, with the version that the edited file has at the deployed commit, where promotions are
 * pull requests. As it was where no edit names the version, where there is no such file at that commit, so that what was
 * deployed cannot have gone by it, and where the deployment is of the version itself.
 */
export async function byFileOfCommit(
  view: StageView,
  deployment: ListedDeployment,
  observed: OfDeployment,
  looking: Looking,
): Promise<OfDeployment> {
  const { way } = view.settings;
  const naming = way.via === 'pull-request' ? namingEdit(way.edits) : undefined;
  if (way.via !== 'pull-request' || !naming || observed.health === 'unknown') return observed;
  const commits = await commitsOf(view, looking.repository.history);
  if (isOfVersion(deployment, way.base, view.record.promotions, commits)) return observed;
  const { file, edit } = naming;
  const text = await looking.repository.readFile(file, deployment.sha);
  if (text === undefined) return observed;
  const place = `${file} at ${deployment.sha.slice(0, 7)}`;
  const values = [...new Set(await looking.readValues(text, file, edit))];
  const [value = ''] = values;
  if (values.length !== 1) {
    const said = values.length === 0 ? 'no value' : values.slice(0, 3).join(', ');
    return unknown(observed.at, `${place} has ${said} where one version is expected`);
  }
  const made = versionsMadeInto(edit.value, value);
  if (made.length > 1) return severalMeant(view, edit.value, looking);
  const version = versionText(made[0] ?? value);
  if (version === undefined) return unknown(observed.at, `${place} names no version`);
  const { ref: _, ...rest } = observed;
  return { ...rest, version, evidence: `${observed.evidence}; ${place} says ${version}` };
}

/** Of versions that are tags; where versions are tags, they are listed anyway. */
async function commitsOf(
  { record }: StageView,
  history: HistoryReader,
): Promise<ReadonlyMap<string, string>> {
  if (record.promotions.every(({ version }) => /^[0-9a-f]{40}$/.test(version))) return new Map();
  const { items } = await history.tags();
  return new Map(items.map(({ tag, sha }) => [tag, sha]));
}

function severalMeant({ stage }: StageView, template: string, looking: Looking): StageObservation {
  return unknownByFault(looking, {
    message: `${stage.name}: it cannot be told which version \`${template}\` was made of`,
    hint: 'Put a sign before and after `{version}` that no version has, as a colon, or give the stage another `observe`.',
  });
}
