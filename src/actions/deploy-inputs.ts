import type { ServiceConfiguration } from '../config/schema.ts';
import type { Duration } from '../core/time.ts';
import type { Environment } from '../runner/environment.ts';
import type { InputReader } from '../runner/read-inputs.ts';
import { type CommonInputs, readCommonInputs, readTimeout } from './common-inputs.ts';

/** Inputs of a deploy. */
export interface DeployInputs extends CommonInputs {
  readonly target: ServiceConfiguration['target'] | undefined;
  readonly service: string | undefined;
  readonly pullRequest: number | undefined;
  /** 40 hex digits. */
  readonly commit: string | undefined;
  readonly images: ReadonlyMap<string, string>;
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly wait: boolean;
  readonly timeout: Duration;
  readonly comment: boolean;
  readonly deployment: boolean;
  readonly dryRun: boolean;
}

/** What reads the input `parameters`. Throws a `UserError`. */
export type ParametersReader = (text: string) => Readonly<Record<string, string>>;

/** The reader of parameters; the library that reads YAML is loaded only where there is something to read. */
export async function parametersReader(environment: Environment): Promise<ParametersReader> {
  if (!environment.INPUT_PARAMETERS?.trim()) return () => ({});
  const { parseParameters } = await import(/* webpackIgnore: true */ '../config/parse.ts');
  return parseParameters;
}

/** Reads the inputs of a deploy. */
export function readDeployInputs(reader: InputReader, parameters: ParametersReader): DeployInputs {
  return {
    ...readCommonInputs(reader),
    target: reader.choice('target', ['local', 'cloudformation', 'kubernetes']),
    service: reader.text('service'),
    pullRequest: reader.integer('pull-request', { min: 1, max: 2 ** 31 }),
    commit: readCommit(reader),
    images: readImages(reader),
    parameters: reader.parsed('parameters', parameters),
    wait: reader.flag('wait', true),
    timeout: readTimeout(reader),
    comment: reader.flag('comment', true),
    deployment: reader.flag('deployment', true),
    dryRun: reader.flag('dry-run', false),
  };
}

function readCommit(reader: InputReader): string | undefined {
  const commit = reader.text('commit')?.toLowerCase();
  if (commit === undefined || /^[0-9a-f]{40}$/.test(commit)) return commit;
  return reader.reject('commit', commit, 'a commit of 40 hex digits');
}

function readImages(reader: InputReader): Map<string, string> {
  const images = new Map<string, string>();
  for (const line of (reader.text('images') ?? '').split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const [, service, image] = /^([\w.-]+)=(\S+@sha256:[0-9a-f]{64})$/.exec(line) ?? [];
    if (service && image) images.set(service, image);
    else reader.reject('images', line, 'lines of service=image@sha256:…');
  }
  return images;
}
