import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviewConfiguration } from '../config/schema.ts';
import { formatDuration } from '../core/time.ts';
import type { Problem } from '../core/user-error.ts';
import { deployPreview } from '../preview/deploy-preview.ts';
import type { DeployOutcome, DeployRequest } from '../preview/deploy-request.ts';
import { renderDeploySummary } from '../preview/summary.ts';
import type { ActionOutcome } from '../runner/run-action.ts';
import { connectPorts } from './connect-ports.ts';
import type { DeployInputs } from './deploy-inputs.ts';
import type { Configured } from './session.ts';

/** What of a deploy follows from the event, not from inputs. */
export type DeployOccasion = Pick<
  DeployRequest,
  'pullRequest' | 'commit' | 'requested' | 'approvedCommit' | 'resetDatabase'
>;

/** Deploys the preview of one pull request; the configuration has what inputs override of it. */
export async function runDeploy(
  configured: Configured,
  inputs: DeployInputs,
  occasion: DeployOccasion,
): Promise<DeployOutcome> {
  const { session, configuration } = configured;
  return deployPreview(
    {
      ...occasion,
      repository: session.context.repository,
      configuration: configuration.preview,
      service: inputs.service,
      images: inputs.images,
      dryRun: inputs.dryRun,
      wait: inputs.wait,
    },
    connectPorts(configured, inputs),
  );
}

/** Outputs, summary and exit of a deploy. */
export function deployOutcome(
  outcome: DeployOutcome,
  { session, configuration }: Configured,
  inputs: DeployInputs,
): ActionOutcome {
  const { report } = outcome;
  const urls = Object.fromEntries(report.services.map(({ name, url }) => [name, url]));
  return {
    outputs: {
      state: outcome.state,
      url: report.services[0]?.url ?? '',
      urls: JSON.stringify(urls),
      'preview-id': report.previewId,
      changes: JSON.stringify(outcome.changes),
      'deployment-id': String(outcome.deploymentId ?? ''),
      rendered: writeRendered(outcome, session.context.temp),
      reason: outcome.reason,
    },
    summary: renderDeploySummary(report, session.links, outcome),
    warnings: [...outcome.warnings, ...withoutEffect(inputs, configuration.preview)],
    failures: failuresOf(outcome, inputs),
  };
}

function failuresOf(outcome: DeployOutcome, inputs: DeployInputs): Problem[] {
  const { state, reason, report, failure } = outcome;
  if (state !== 'failed') return [];
  const last = report.log.slice(-5).join('\n');
  const timedOut = reason.startsWith('timeout:');
  return [
    {
      message: `the preview failed: ${reason}${last ? `\n${last}` : ''}`,
      hint: timedOut
        ? `Raise the input \`timeout\` (${formatDuration(inputs.timeout)} now), or find in the log what takes so long.`
        : (failure?.hint ??
          'The last lines of the log are in the job summary and in the comment; mend the application, or its target and `preview.probe` in the configuration, and push.'),
      ...(failure?.location && { location: failure.location }),
    },
  ];
}

function withoutEffect(
  { images, parameters }: DeployInputs,
  { services }: PreviewConfiguration,
): string[] {
  const targets = [...new Set(services.map(({ target }) => target))];
  const without = (input: string, ...served: string[]) =>
    targets.some((target) => served.includes(target))
      ? []
      : [`input ${input} has no effect on the ${targets.join(' and ')} target`];
  return [
    ...(images.size > 0 ? without('images', 'cloudformation', 'kubernetes') : []),
    ...(parameters === undefined ? [] : without('parameters', 'cloudformation')),
  ];
}

function writeRendered({ rendered }: DeployOutcome, temp: string): string {
  if (!rendered) return '';
  const file = join(mkdtempSync(join(temp, 'understudy-')), rendered.name);
  writeFileSync(file, rendered.text, { mode: 0o600 });
  return file;
}
