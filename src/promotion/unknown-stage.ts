import { nearest } from '../core/nearest.ts';
import type { Pipeline } from './pipeline.ts';

/** The sentence for a stage that the pipeline does not have. */
export function unknownStage({ name, stages }: Pipeline, wrong: string): string {
  const names = stages.map((stage) => stage.name);
  const meant = nearest(wrong, names);
  return `stage: pipeline ${name} has no stage ${JSON.stringify(wrong)}${
    meant ? `; did you mean ${JSON.stringify(meant)}?` : `; it has ${names.join(', ')}`
  }`;
}
