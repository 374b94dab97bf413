import type { Edit } from '../promotion/edits/edit.ts';
import type { DispatchSettings, PullRequestSettings, WaySettings } from '../promotion/settings.ts';
import { asList } from './lists.ts';
import { defaultEditValue } from './pipeline-defaults.ts';
import type { FileEditSection, FilePullRequest } from './pipeline-pull-request-section.ts';
import type { FileVia } from './pipeline-via-section.ts';

type FileDispatch = NonNullable<Exclude<FileVia, string>['dispatch']>;

/**
 * How a stage is acted upon.
 * @param branch What a workflow runs on, or a pull request is merged into, where none is named.
 */
export function resolveWay(given: FileVia, branch: string): WaySettings {
  if (given === 'release') return { via: 'release', latest: true };
  if (typeof given === 'string') return { via: 'outputs' };
  const { dispatch, ref, release, 'pull-request': pullRequest } = given;
  if (dispatch !== undefined) return resolveDispatch(dispatch, branch);
  if (pullRequest) return resolvePullRequest(pullRequest, branch);
  if (release) return { via: 'release', latest: release.latest };
  if (ref !== undefined) return { via: 'ref', ref };
  throw new TypeError('a stage is acted upon in no way');
}

function resolveDispatch(given: FileDispatch, branch: string): DispatchSettings {
  if (typeof given === 'string')
    return { via: 'dispatch', workflow: given, ref: branch, inputs: {} };
  return {
    via: 'dispatch',
    workflow: given.workflow,
    ref: given.ref ?? branch,
    inputs: asTexts(given.inputs),
  };
}

function resolvePullRequest(given: FilePullRequest, branch: string): PullRequestSettings {
  const { edits, title, body, message, labels, reviewers, draft, 'auto-merge': auto } = given;
  const merge = auto === true ? 'merge' : auto;
  return {
    via: 'pull-request',
    edits: edits.map((edit) => ({ file: edit.file, edit: resolveEdit(edit) })),
    base: given.base ?? branch,
    ...(title !== undefined && { title }),
    ...(body !== undefined && { body }),
    ...(message !== undefined && { message }),
    labels: asList(labels),
    reviewers: asList(reviewers),
    draft,
    ...(merge && { merge }),
  };
}

function resolveEdit(given: FileEditSection): Edit {
  const { path, marker, kustomize, part, where, matches } = given;
  const common = {
    value: String(given.value ?? defaultEditValue),
    ...(matches !== undefined && { matches }),
  };
  if (kustomize !== undefined)
    return {
      kind: 'kustomize',
      image: kustomize,
      set: part === 'digest' ? 'digest' : 'newTag',
      ...common,
    };
  const partial = { ...common, ...(part && { part }) };
  if (marker !== undefined) return { kind: 'marker', marker, ...partial };
  if (path === undefined) throw new TypeError(`an edit of ${given.file} means no value`);
  return { kind: 'path', path, ...partial, ...(where && { where: asTexts(where) }) };
}

function asTexts(given: Readonly<Record<string, string | number | boolean>> = {}) {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
}
