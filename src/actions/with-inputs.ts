import type { PreviewConfiguration, ServiceConfiguration } from '../config/schema.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import type { DeployInputs } from './deploy-inputs.ts';

/** The configuration with what inputs override of it. Throws a `UserError` where they do not go together. */
export async function withInputs(
  preview: PreviewConfiguration,
  inputs: Pick<DeployInputs, 'target' | 'parameters' | 'images'>,
): Promise<PreviewConfiguration> {
  const overrides = await readParameters(inputs.parameters);
  const services = preview.services.map((service) => ({
    ...service,
    target: inputs.target ?? service.target,
    ...(service.cloudformation && { cloudformation: { ...service.cloudformation, overrides } }),
  }));
  const problems = [
    ...services.flatMap(lackingSection),
    ...[...inputs.images.keys()].flatMap((name) => unknownService(name, services)),
  ];
  if (problems.length > 0) throw UserError.all(problems);
  return { ...preview, services };
}

/** The library that reads YAML is loaded only where there is something to read. */
async function readParameters(text: string | undefined): Promise<Record<string, string>> {
  if (text === undefined) return {};
  const { parseParameters } = await import(/* webpackIgnore: true */ '../config/parse.ts');
  return parseParameters(text);
}

function lackingSection({ name, target, cloudformation }: ServiceConfiguration): Problem[] {
  if (target !== 'cloudformation' || cloudformation) return [];
  return [
    {
      message: `input target is cloudformation, but the configuration does not say how the service ${name} runs there`,
      hint: 'Add `preview: { cloudformation: { template: infra/preview.yaml } }` to .github/understudy.yml.',
    },
  ];
}

function unknownService(name: string, services: readonly ServiceConfiguration[]): Problem[] {
  const names = services.map((service) => service.name);
  if (names.includes(name)) return [];
  return [
    {
      message: `input images names the service ${JSON.stringify(name)}, allowed: ${names.join(', ')}`,
      hint: 'Write lines of service=image@sha256:…, with the names of `preview.services`.',
    },
  ];
}
