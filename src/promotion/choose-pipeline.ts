import { nearest } from '../core/nearest.ts';
import { UserError } from '../core/user-error.ts';
import type { Instruction } from './instruction.ts';
import type { PipelineSettings } from './settings.ts';
import { unknownStage } from './unknown-stage.ts';

/**
 * The pipeline that a run is about: the one named, or the only one; its stages are checked against what is asked for.
 * Throws a `UserError`.
 * @param file Where pipelines are configured, for errors.
 */
export function choosePipeline(
  pipelines: readonly PipelineSettings[],
  name: string | undefined,
  instruction: Instruction,
  file: string,
): PipelineSettings {
  const chosen = named(pipelines, name, file);
  const { pipeline } = chosen;
  const stage = 'stage' in instruction ? instruction.stage : undefined;
  if (stage === undefined || pipeline.stages.some((each) => each.name === stage)) return chosen;
  throw new UserError(
    `input ${unknownStage(pipeline, stage)}`,
    'Set `stage:` under `with:` to one of them.',
  );
}

function named(
  pipelines: readonly PipelineSettings[],
  name: string | undefined,
  file: string,
): PipelineSettings {
  const names = pipelines.map(({ pipeline }) => pipeline.name);
  const [only] = pipelines;
  if (!only)
    throw new UserError(
      `${file} has no \`pipelines\`, so there is nothing to promote`,
      'Add `pipelines: { app: { versions: { branch: main }, stages: [{ name: staging }] } }` to it on the default branch.',
    );
  if (name === undefined) {
    if (pipelines.length === 1) return only;
    throw new UserError(
      `input pipeline is missing, and there are several: ${names.join(', ')}`,
      'Set `pipeline:` under `with:` to one of these.',
    );
  }
  const found = pipelines.find(({ pipeline }) => pipeline.name === name);
  if (found) return found;
  const meant = nearest(name, names);
  throw new UserError(
    `input pipeline is ${JSON.stringify(name)}, allowed: ${names.join(', ')}`,
    meant ? `Did you mean \`${meant}\`?` : 'Set `pipeline:` under `with:` to one of these.',
  );
}
