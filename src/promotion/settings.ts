import type { Duration } from '../core/time.ts';
import type { Edit } from './edits/edit.ts';
import type { Pipeline } from './pipeline.ts';

/** One of `pipelines` in the configuration: what is decided by, where facts come from, and how is acted. */
export interface PipelineSettings {
  readonly pipeline: Pipeline;
  readonly versions: VersionSource;
  /** By name of the stage; each stage of the pipeline has them. */
  readonly stages: Readonly<Record<string, StageSettings>>;
}

/** Where versions come from. `branch` of the last is the branch whose history orders them. */
export type VersionSource =
  | { readonly from: 'branch'; readonly branch: string }
  | { readonly from: 'tags'; readonly pattern: string }
  | { readonly from: 'releases'; readonly which: 'prerelease' | 'release' | 'any' }
  | { readonly from: 'deployments'; readonly environment: string; readonly branch: string };

/** What of a stage is for adapters. */
export interface StageSettings {
  /** GitHub's environment; by default the stage's name. */
  readonly environment: string;
  /** Where people find it. */
  readonly url?: string;
  /** Whether its promotions are filed as GitHub Deployments; absent = unless a workflow's job does; see `isProjected`. */
  readonly deployment?: boolean;
  readonly observe: ObserveSettings;
  readonly way: WaySettings;
  /** What `gates.verification` of the pipeline names, in that order. */
  readonly verifications: readonly VerificationRun[];
}

/** How it is seen what a stage runs, and whether it is well. */
export type ObserveSettings =
  /** The newest deployment to the stage's environment that has ended; else what was reported. */
  | { readonly from: 'deployments' }
  /** The value at `path` (as in edits) of a YAML or JSON file on a branch; its health is not known by that, and counts as good. */
  | { readonly from: 'file'; readonly file: string; readonly branch: string; readonly path: string }
  /** Asked at `url`; healthy = the status is `expect` (default 200 to 399). */
  | {
      readonly from: 'http';
      readonly url: string;
      /** Path into the JSON answer, as `build.commit`; or the name of a header. */
      readonly version: { readonly json: string } | { readonly header: string };
      readonly expect?: number;
      readonly within: Duration;
    }
  /** `heads/production` or `tags/live`: where it points to. */
  | { readonly from: 'ref'; readonly ref: string }
  /** A stack; `version` says what of it names the version. */
  | {
      readonly from: 'cloudformation';
      readonly stack: string;
      readonly region?: string;
      readonly version: { readonly kind: 'parameter' | 'tag' | 'output'; readonly name: string };
    }
  /** A workload; its version is the tag of the container's image, or a label of the pod template. */
  | {
      readonly from: 'kubernetes';
      readonly context?: string;
      readonly namespace: string;
      readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
      readonly name: string;
      readonly version: { readonly container?: string } | { readonly label: string };
    };

/** How a stage is acted upon. Texts may have the placeholders of `ways/texts.ts`. */
export type WaySettings =
  | { readonly via: 'outputs' }
  | DispatchSettings
  | PullRequestSettings
  /** `heads/production` or `tags/live`, moved forward to the version's commit. */
  | { readonly via: 'ref'; readonly ref: string }
  /** The pre-release of the version's tag becomes a release. */
  | { readonly via: 'release'; readonly latest: boolean };

/** Another workflow deploys. */
export interface DispatchSettings {
  readonly via: 'dispatch';
  /** File name in `.github/workflows`. */
  readonly workflow: string;
  /** Branch or tag whose workflow runs. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Files of the repository are edited, and people (or `merge`) merge. */
export interface PullRequestSettings {
  readonly via: 'pull-request';
  readonly edits: readonly FileEdit[];
  readonly base: string;
  /** Absent = the usual text. */
  readonly title?: string;
  readonly body?: string;
  readonly message?: string;
  readonly labels: readonly string[];
  /** Logins, and teams as `team:slug`. */
  readonly reviewers: readonly string[];
  readonly draft: boolean;
  /** How it is merged by a run as soon as that is possible; absent = people merge. */
  readonly merge?: 'merge' | 'squash' | 'rebase';
}

/** One change to one file; `value` is a text with placeholders, `{version}` by default. */
export interface FileEdit {
  readonly file: string;
  readonly edit: Edit;
}

/** A look whether a version is right, made by the run itself. */
export type VerificationRun =
  | {
      readonly name: string;
      readonly kind: 'http';
      readonly url: string;
      readonly expect?: number;
      /** Of one try. */
      readonly timeout: Duration;
    }
  /** Arguments, no shell; exit 0 = passed. Run in the workspace. */
  | {
      readonly name: string;
      readonly kind: 'command';
      readonly command: readonly string[];
      readonly timeout: Duration;
    };
