import type { TemplateValues } from '../core/template.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { SourceLocation } from '../core/user-error.ts';

/** The kinds of place a preview can run in. */
export type TargetKind = 'cloudformation' | 'kubernetes' | 'local';

/** What a target writes on everything it makes, and finds its previews by. Names: contract, section 5. */
export interface PreviewMarks {
  /** `owner/name`. */
  readonly repository: string;
  readonly previewId: string;
  readonly pullRequest: number;
  /** 40 hex digits. */
  readonly commit: string;
  /** The sweep removes the preview after this; absent = never. */
  readonly expiresAt?: Instant;
  /** Asked for by `/preview`, so that draft, label, branch, base, author and paths rules do not remove it. */
  readonly requested: boolean;
}

/** How to tell that a service is healthy, over HTTP. */
export interface Probe {
  readonly path: string;
  /** Status expected; absent = any from 200 to 399. */
  readonly expect?: number;
  /** Give up after this long. */
  readonly within: Duration;
}

/** One deployable part of a preview, as it should be. */
export interface DesiredService {
  readonly name: string;
  /** Host name without scheme and port, checked against DNS limits. */
  readonly host: string;
  readonly probe: Probe;
  /** The target's own section of the configuration, for this service. */
  readonly settings: unknown;
  /** `registry/repository@sha256:…`, where this run was given one. */
  readonly image?: string;
  /** Names that the target may give to what it makes, checked against the limits of what they name. */
  readonly names: { readonly stackName: string; readonly namespace: string };
  /** What the placeholders of templates in the settings stand for. */
  readonly values: TemplateValues;
}

/** A preview as it should be. */
export interface DesiredPreview extends PreviewMarks {
  readonly services: readonly DesiredService[];
  /** Hash over everything but the commit and the expiry: same commit and same fingerprint = nothing to do. */
  readonly fingerprint: string;
  /**
   * Databases that the target made for the preview are to be replaced by fresh ones. Once for each text: the same one
   * again is the same wish. Targets that make no databases leave it aside.
   */
  readonly resetDatabase?: string;
}

/**
 * What the use case hands over: the preview that is the occasion of this run, and a way to get all others.
 * A target that keeps previews apart never calls `all`; one that holds them in one shared thing does.
 */
export interface DesiredPreviews {
  readonly occasion: DesiredPreview;
  /**
   * Every preview that should be, the occasion among them, oldest pull request first. Asked anew before each change
   * of what is shared; throws when the occasion was overtaken by a newer push, which targets let through.
   */
  all(): Promise<readonly DesiredPreview[]>;
}

/** `unknown` is its own answer and never read as healthy or as absent. */
export type ServiceState = 'ready' | 'starting' | 'sleeping' | 'failed' | 'unknown';

/** One service of a preview that exists. */
export interface ObservedService {
  readonly name: string;
  readonly state: ServiceState;
  readonly url: string;
}

/** A preview that exists and carries our mark. `services` may lack some when a deploy was cut off. */
export interface ObservedPreview extends PreviewMarks {
  readonly fingerprint: string;
  readonly createdAt: Instant;
  readonly services: readonly ObservedService[];
}

/** One line of the diff for people. */
export interface Change {
  readonly action: 'add' | 'modify' | 'remove';
  readonly type: string;
  readonly id: string;
  /** The thing is made anew: state it holds is lost. */
  readonly replacement: boolean;
  readonly detail?: string;
}

/** What a deploy would do, and what would be sent (`rendered`: the whole template, manifests or specification). */
export interface TargetPlan {
  readonly changes: readonly Change[];
  readonly rendered: { readonly name: string; readonly text: string };
  /** Why there is something to do although commit and fingerprint are those that run: the template changed, say. */
  readonly outdated?: string;
  /** Why the occasion cannot be deployed yet (its image is not there); it is tried again, and is no failure. */
  readonly waiting?: string;
  /**
   * Removes what the plan, or a deploy that broke off, has prepared and nothing has carried out; after a deploy that
   * did, nothing. Never throws: what stays does no harm.
   */
  readonly discard?: () => Promise<void>;
}

/** What a plan is made for. */
export interface PlanPurpose {
  /** The plan is all there will be: nothing made for it may stay. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Something that happened at the target; comment, log and summary each render it in their way. */
export type ProgressEvent =
  | {
      readonly kind: 'step';
      readonly at: Instant;
      readonly service: string;
      /** Verb phrase: `install`, `start`, `wait for health`. */
      readonly step: string;
      readonly state: 'running' | 'done' | 'failed';
      readonly detail?: string;
    }
  | { readonly kind: 'log'; readonly at: Instant; readonly service: string; readonly line: string };

/** Another preview that was left out of what previews share, because it made that fail. */
export interface LeftOut {
  readonly previewId: string;
  readonly pullRequest: number;
  /** 40 hex digits. */
  readonly commit: string;
  /** One sentence: what happened. */
  readonly reason: string;
}

/** How a deploy or destroy is watched and ended early. */
export interface Watch {
  progress(event: ProgressEvent): void;
  /** Told of previews that are not this run's, so that their pull requests say so. */
  leftOut?(preview: LeftOut): void;
  /** Aborted on cancel and at the user's timeout. */
  readonly signal: AbortSignal;
  /** `false`: answer `accepted` once the target has taken the work, without waiting for health. */
  readonly wait: boolean;
}

/** How a deploy ended. A failure that the application caused is an answer, not an exception. */
export type DeployResult =
  | { readonly kind: 'accepted'; readonly services: readonly ObservedService[] }
  | { readonly kind: 'ready'; readonly services: readonly ObservedService[] }
  | {
      readonly kind: 'failed';
      readonly service: string;
      /** One sentence: what happened first. */
      readonly reason: string;
      /** Last lines of the log of the service at fault, oldest first, without secrets. */
      readonly log: readonly string[];
      /** Whether an older commit of the preview keeps serving. */
      readonly stillServing: boolean;
      /** Where in the repository the fault is, where that is known. */
      readonly location?: SourceLocation;
      /** Where people look further: a console of the provider's. */
      readonly link?: string;
      /** The next step for the user; absent = the usual one. */
      readonly hint?: string;
    };

/** Something that could not be removed, or that is still there. */
export interface Leftover {
  readonly type: string;
  readonly id: string;
  readonly reason: string;
  /** The next step for the user; absent = the usual one. */
  readonly hint?: string;
  /** The target has taken its removal and goes on with it, and nobody waits. */
  readonly removing?: true;
}

/** Which preview: enough to destroy it without the inputs of its deploy. */
export interface PreviewKey {
  readonly repository: string;
  readonly previewId: string;
}

/**
 * Where previews run. Every method may throw a `UserError` for what the user can mend, and anything else for
 * an unknown outcome; it then must be safe to call again.
 */
export interface Target {
  /**
   * Compares desired and existing, and changes nothing that runs. What it prepares at the provider (a change
   * set) is used by the `deploy` that follows in the same run, or found and replaced by the next run.
   */
  plan(desired: DesiredPreviews, purpose: PlanPurpose): Promise<TargetPlan>;
  /** Brings the occasion (or, where shared, all) to what is desired; joins an equal deploy already under way. */
  deploy(desired: DesiredPreviews, watch: Watch): Promise<DeployResult>;
  /** All previews of the repository that carry our mark, to the last page; throws rather than answer in part. */
  observe(repository: string): Promise<readonly ObservedPreview[]>;
  /**
   * Removes, waits and verifies; empty = absence is proved. Of something that is not there: empty. With `wait: false`
   * it may end earlier, and answers what is still being removed.
   */
  destroy(key: PreviewKey, watch: Watch): Promise<readonly Leftover[]>;
  /** Moves the expiry of a preview that exists. */
  extend(key: PreviewKey, expiresAt: Instant): Promise<void>;
  /**
   * What of these previews is no longer as it was deployed, in a sentence by preview id; absent = cannot tell.
   * Asked by the sweep; answers nothing where the configuration does not ask for it.
   */
  drift?(keys: readonly PreviewKey[], watch: Watch): Promise<ReadonlyMap<string, string>>;
}
