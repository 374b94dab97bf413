import type { InputReader } from '../../runner/read-inputs.ts';
import { type DeployInputs, type ParametersReader, readDeployInputs } from '../deploy-inputs.ts';
import { readTeardownInputs, type TeardownInputs } from '../teardown-inputs.ts';

/** Inputs of the root action: those of a deploy and of a teardown. */
export type UnderstudyInputs = DeployInputs & TeardownInputs;

/** Reads the inputs of the root action. */
export function readUnderstudyInputs(
  reader: InputReader,
  parameters: ParametersReader,
): UnderstudyInputs {
  return { ...readTeardownInputs(reader), ...readDeployInputs(reader, parameters) };
}
