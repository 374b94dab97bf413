import type { TemplateValues } from '../../../core/template.ts';
import type { SourceLocation } from '../../../core/user-error.ts';
import type { ExpandSettings } from '../settings.ts';

/** How the previews of one service are made in a shared template. */
export interface CloneRules {
  /** Name of the service in the configuration. */
  readonly service: string;
  readonly settings: ExpandSettings;
}

/** A preview that a shared template holds, as its metadata remembers it. */
export interface PreviewEntry {
  readonly service: string;
  /** Lower case. */
  readonly id: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly pullRequest: number;
  /** 40 hex digits. */
  readonly commit: string;
  readonly fingerprint: string;
  readonly requested: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; absent = never. */
  readonly expiresAt?: string;
  /** One for each cloned listener rule, in the order of the template. */
  readonly priorities: readonly number[];
  readonly url?: string;
}

/** A preview that is left out because it made the stack fail. */
export interface HeldEntry {
  readonly service: string;
  readonly id: string;
  readonly pullRequest: number;
  readonly commit: string;
  /** How often this commit was tried. */
  readonly attempts: number;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What the metadata of a shared template remembers. */
export interface SharedState {
  readonly previews: readonly PreviewEntry[];
  readonly held: readonly HeldEntry[];
}

/** A preview as it goes into the template. */
export interface RenderedPreview extends PreviewEntry {
  /** For the templates `domain` and `image` of the settings. */
  readonly values: TemplateValues;
  /** Tag, `sha256:…` or whole reference; absent = the setting `image`, rendered with `values`. */
  readonly image?: string;
}

/** What a template is rendered from. */
export interface RenderedState {
  readonly previews: readonly RenderedPreview[];
  readonly held: readonly HeldEntry[];
  /**
   * Previews that stand in another text, such as the deployed one, and are carried over from it character by
   * character: those of other repositories, and those that this run cannot make. They come first.
   */
  readonly kept?: { readonly entries: readonly PreviewEntry[]; readonly from: string };
  /** With a resource that carries a hash of the state, so that CloudFormation sees a change of metadata alone. */
  readonly revision?: boolean;
}

/** A listener rule of the template that every preview gets a clone of. */
export interface ClonedRule {
  readonly service: string;
  readonly logicalId: string;
  /** Absent = not a number in the template. */
  readonly priority?: number;
  /** `ListenerArn` as plain value, intrinsics in their long form. */
  readonly listener: unknown;
}

/** A shared template, read once, to be rendered for any set of previews. */
export interface SharedTemplate {
  /** What the text that was read remembers; both lists empty when it holds nothing of ours. */
  readonly state: SharedState;
  /** The text without anything of ours, byte for byte. */
  readonly base: string;
  /** Resources in `base`. */
  readonly resourceCount: number;
  /** Resources that each preview of a service adds. */
  readonly clonesPerPreview: ReadonlyMap<string, number>;
  /** Cloned listener rules, in the order of the template. */
  readonly rules: readonly ClonedRule[];
  /** Numbers of all listener rules in `base` that are written as numbers. */
  readonly takenPriorities: readonly number[];
  /** Target groups in `base`. */
  readonly targetGroups: number;
  /** Target groups that each preview of a service adds. */
  readonly targetGroupsPerPreview: ReadonlyMap<string, number>;
  /** Logical ids of the clones of one preview, in the order of the template. */
  cloneIds(service: string, id: string): readonly string[];
  /** Where a resource stands in `base`, or the one that it is cloned from for one of these previews. */
  locate(
    logicalId: string,
    previews: readonly Pick<PreviewEntry, 'service' | 'id'>[],
  ): SourceLocation | undefined;
  /** Why this preview cannot be rendered (image, domain, number of priorities); `undefined` = it can. */
  faultOf(preview: RenderedPreview): string | undefined;
  /** Same state, same text. Throws a `UserError` for previews with a fault; see `faultOf`. */
  render(state: RenderedState): string;
}
