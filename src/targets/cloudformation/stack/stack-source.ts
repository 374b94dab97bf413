import { GetTemplateSummaryCommand } from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../../core/sha256.ts';
import { renderTemplate } from '../../../core/template.ts';
import { type SourceLocation, UserError } from '../../../core/user-error.ts';
import type { RepositoryFiles } from '../../repository-files.ts';
import type { ChangeSetRequest } from '../change-sets/change-set.ts';
import { endpointIn } from '../connect/client-options.ts';
import type { Cloud } from '../connect/cloud.ts';
import { explainAws } from '../connect/errors.ts';
import { loadTemplates } from '../load-units.ts';
import type { Nearby } from '../nearby/nearby.ts';
import type { Upload } from '../template/store.ts';
import type { DeclaredParameter } from './parameters.ts';
import type { StackGroup } from './stack-group.ts';

/** A template ready to be sent, and what is known of it. */
export interface StackSource {
  readonly template: Exclude<ChangeSetRequest['template'], 'previous'>;
  readonly declared: readonly DeclaredParameter[];
  /** Of the text, nested templates included, and of files that parameters are read from. 16 hex digits. */
  readonly hash: string;
  readonly nested: boolean;
  /** What people are shown: the text, or where it is read from. */
  readonly rendered: string;
  readonly uploads: readonly Upload[];
  locate(logicalId: string): SourceLocation | undefined;
}

/** What reading a source takes. */
export interface SourceReading {
  readonly cloud: Cloud;
  readonly files: RepositoryFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** 40 hex digits. */
  readonly commit: string;
}

/** Reads the template of a stack as the commit has it. Throws a `UserError` with every problem of the template. */
export async function readSource(group: StackGroup, reading: SourceReading): Promise<StackSource> {
  const templates = await loadTemplates();
  const { settings, services } = group;
  const endpoint = endpointIn('S3', reading.environment);
  const s3 = { region: await reading.cloud.config.region(), ...(endpoint && { endpoint }) };
  const setting = renderTemplate(settings.template ?? '', services[0].values);
  const place = templates.locate(setting, s3);
  if (place.kind === 'url') return readRemote(place.url, reading);
  const read = (path: string) => reading.files.at(reading.commit, path);
  const text = await read(place.path);
  if (text === undefined) throw missing(place.path, reading.commit);
  const facts = templates.read(text, place.path);
  const store = {
    ...s3,
    prefix: settings.s3Prefix,
    ...(settings.s3Bucket !== undefined && { bucket: settings.s3Bucket }),
  };
  const packaged = await templates.package({ path: place.path, text }, { store, read });
  const { template, uploads } = templates.transport(packaged.text, store);
  const types = [...facts.resources.values()].map(({ type }) => type);
  return {
    template,
    declared: facts.parameters,
    hash: sha256Hex(packaged.text).slice(0, 16),
    nested: types.includes('AWS::CloudFormation::Stack'),
    rendered: packaged.text,
    uploads: [...packaged.uploads, ...uploads],
    locate: (logicalId) => {
      const line = facts.lineOf(logicalId);
      return line === undefined ? undefined : { file: place.path, line };
    },
  };
}

/** Puts what is too large to send where CloudFormation finds it. Equal texts are there already. */
export async function uploadAll(
  uploads: readonly Upload[],
  nearby: () => Promise<Nearby>,
  signal: AbortSignal,
): Promise<void> {
  if (uploads.length === 0) return;
  const store = await nearby();
  for (const upload of uploads) await store.upload(upload, signal);
}

/** CloudFormation alone reads it, and says what it declares; that it changed is not seen unless its address does. */
async function readRemote(url: string, { cloud }: SourceReading): Promise<StackSource> {
  const summary = await cloud
    .send(new GetTemplateSummaryCommand({ TemplateURL: url }))
    .catch((cause) => {
      throw explainAws(cause, `read the template ${url}`);
    });
  const declared = (summary.Parameters ?? []).map((parameter) => ({
    name: parameter.ParameterKey ?? '',
    type: parameter.ParameterType ?? 'String',
    noEcho: parameter.NoEcho ?? false,
    ...(parameter.DefaultValue !== undefined && { default: parameter.DefaultValue }),
  }));
  return {
    template: { url },
    declared,
    hash: sha256Hex(url).slice(0, 16),
    nested: (summary.ResourceTypes ?? []).includes('AWS::CloudFormation::Stack'),
    rendered: `# read by CloudFormation from ${url}\n`,
    uploads: [],
    locate: () => undefined,
  };
}

function missing(path: string, commit: string): UserError {
  return new UserError(
    `the template ${path} is neither in the repository at commit ${commit.slice(0, 7)} nor in the workspace`,
    'Correct `preview.cloudformation.template`, or let a step before this one write the file; a checkout is not needed for files of the repository.',
  );
}
