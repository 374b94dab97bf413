/** A value of a parameter: text with placeholders, or a file of the repository whose text it is. */
export type ParameterValue = string | { readonly file: string };

/** An existing resource that a new stack takes over (`ResourcesToImport` of CreateChangeSet). */
export interface ResourceImport {
  readonly type: string;
  readonly logicalId: string;
  readonly identifier: Readonly<Record<string, string>>;
}

/** How a service runs on CloudFormation: `preview.cloudformation`, and what a service overrides of it. */
export interface CloudFormationSettings {
  readonly mode: 'stack' | 'expand';
  /** Absent = `AWS_REGION` or what else the SDK finds. */
  readonly region?: string;
  /** Path in the repository, `https://…` or `s3://bucket/key`. */
  readonly template?: string;
  /** Lists are joined by commas, maps are JSON. Parameters that are not named keep their previous values. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** From the input `parameters`: they win, and one that the template does not declare is left out. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn?: string;
  readonly s3Bucket?: string;
  /** Without slashes at the ends; default `understudy`. */
  readonly s3Prefix: string;
  readonly notificationArns: readonly string[];
  readonly terminationProtection: boolean;
  /** What becomes of a failed change: rolled back, or left as it is for people to look at. */
  readonly onFailure: 'rollback' | 'keep';
  /** Alarms that roll back, and how long they are watched after the change. */
  readonly rollbackTriggers: readonly string[];
  readonly monitorMinutes: number;
  readonly import: readonly ResourceImport[];
  /** Empty the buckets of the preview when it goes. */
  readonly emptyBuckets: boolean;
  /** The sweep detects and reports drift of live previews. */
  readonly detectDrift: boolean;
  /** `output:Name` of the stack; absent = the host. */
  readonly url?: string;
  readonly expand?: ExpandSettings;
}

/** `mode: expand`: previews as further resources of one shared template. */
export interface ExpandSettings {
  /** The stack that is updated: the shared one, or the root stack above it. */
  readonly stack: string;
  /** Value of the tag `service` and part of names; absent = the service's own name. */
  readonly service?: string;
  /** Logical ids to clone, with what they reference among the types that previews have of their own. */
  readonly resources: readonly string[];
  /** Template; `${Parameter}` of CloudFormation may stand in it. */
  readonly domain: string;
  /** What replaces the tag of the image (or the whole image where it contains a slash or `{image}`). */
  readonly image: string;
  /** Containers whose image is replaced; absent = those that use the same repository as the first one. */
  readonly containers?: readonly string[];
  readonly priorities: { readonly from: number; readonly to: number };
  /** `none`, `ecr`, or the template of an address that answers 200 when the image is there. */
  readonly requireImage: string;
  /** Outputs of the shared template that are cloned too. */
  readonly outputs: readonly string[];
  /** How often a preview that makes the stack fail is tried with one commit. */
  readonly attempts: number;
  /** Root template (path) in `folder`; the shared template is a nested one below it. */
  readonly root?: { readonly folder: string; readonly template: string };
  /** Folder with release definitions of Kayron's format. */
  readonly releases?: string;
}

/** The section of the configuration that a desired service carries. */
export function cloudFormationSettings(settings: unknown): CloudFormationSettings {
  return settings as CloudFormationSettings;
}
