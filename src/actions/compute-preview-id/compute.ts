import type { Configuration, PreviewConfiguration } from '../../config/schema.ts';
import { UserError } from '../../core/user-error.ts';
import { hostTemplate } from '../../preview/desired.ts';
import { decideEligibility, type Eligibility } from '../../preview/eligibility.ts';
import {
  defaultTemplates,
  deriveNames,
  type NameSource,
  type PreviewNames,
} from '../../preview/names.ts';
import { defaultIdLength } from '../../preview/preview-id.ts';
import type { PullRequest } from '../../preview/pull-request.ts';
import type { ComputePreviewIdInputs } from './inputs.ts';

/** What the event says of branch, commit and pull request. */
export interface EventFacts {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string | undefined;
  readonly commit: string | undefined;
  readonly pullRequest: PullRequest | undefined;
}

/** Every name, and whether the pull request gets a preview. */
export interface Computed {
  readonly names: PreviewNames;
  readonly eligibility: Eligibility;
  readonly source: NameSource;
}

/** Computes all of it, from values alone. Throws a `UserError` with every name that breaks a limit. */
export function compute(
  inputs: ComputePreviewIdInputs,
  { preview }: Configuration,
  facts: EventFacts,
): Computed {
  const source = nameSource(inputs, preview, facts);
  const service =
    preview.services.find(({ name }) => name === source.service) ?? preview.services[0];
  const { names, problems } = deriveNames(source, {
    ...defaultTemplates,
    host: inputs.host ?? (service && hostTemplate(service, preview)),
    environment: preview.environment,
    ...(service?.stackName !== undefined && { stackName: service.stackName }),
    ...(service?.namespace !== undefined && { namespace: service.namespace }),
  });
  if (problems.length > 0) throw UserError.all(problems);
  return { names, source, eligibility: eligibilityOf(source, preview, facts) };
}

function nameSource(
  inputs: ComputePreviewIdInputs,
  preview: PreviewConfiguration,
  facts: EventFacts,
): NameSource {
  const scheme = inputs.id ?? preview.id;
  const branch = inputs.branch ?? facts.branch;
  const pullRequest = inputs.pullRequest ?? facts.pullRequest?.number;
  if (branch === undefined && scheme === 'branch-hash') throw missing('branch', 'a branch');
  if (pullRequest === undefined && scheme === 'pull-request') {
    throw missing('pull-request', 'a pull request');
  }
  return {
    scheme,
    branch: branch ?? '',
    pullRequest,
    length: inputs.length ?? defaultIdLength,
    repository: facts.repository,
    service: inputs.service ?? preview.services[0]?.name ?? 'app',
    commit: facts.commit,
  };
}

function missing(input: string, what: string): UserError {
  return new UserError(
    `this event names no ${what.replace(/^an? /, '')}`,
    `Pass ${what} as input \`${input}\`, or run on a pull_request event.`,
  );
}

function eligibilityOf(
  source: NameSource,
  { eligible }: PreviewConfiguration,
  { repository, pullRequest }: EventFacts,
): Eligibility {
  const facts = { repository, approved: undefined, changedPaths: undefined, requested: false };
  if (pullRequest) return decideEligibility(pullRequest, eligible, facts);
  const branchRulesOnly = { ...eligible, base: [], labels: { any: [], none: [] } };
  const authors = { include: [], exclude: [] };
  return decideEligibility(branchOnly(source), { ...branchRulesOnly, authors }, facts);
}

/** Without a pull request only the rules about branches can be asked. */
function branchOnly({ branch, repository, commit }: NameSource): PullRequest {
  return {
    number: 0,
    state: 'open',
    merged: false,
    draft: false,
    author: '',
    labels: [],
    title: '',
    updatedAt: 0 as PullRequest['updatedAt'],
    head: { branch, sha: commit ?? '', repository },
    base: { branch: '', sha: '' },
  };
}
