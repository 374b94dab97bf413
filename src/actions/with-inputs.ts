import type { Configuration, ServiceConfiguration } from '../config/schema.ts';
import { type Problem, UserError } from '../core/user-error.ts';
import type { DeployInputs } from './deploy-inputs.ts';

/** The configuration with what the inputs of a deploy override of it. Throws a `UserError` where they contradict it. */
export function withInputs(
  configuration: Configuration,
  inputs: Pick<DeployInputs, 'target' | 'parameters' | 'images'>,
): Configuration {
  const services = targeted(configuration, inputs).map((service) => ({
    ...service,
    ...(service.cloudformation && {
      cloudformation: { ...service.cloudformation, overrides: inputs.parameters ?? {} },
    }),
  }));
  const unknown = [...inputs.images.keys()].flatMap((name) => unknownService(name, services));
  return checked(configuration, services, unknown);
}

/** As `withInputs`, but what is there is removed whatever a deploy would be given: only the target counts. */
export function withTarget(
  configuration: Configuration,
  inputs: Pick<DeployInputs, 'target'>,
): Configuration {
  return checked(configuration, targeted(configuration, inputs), []);
}

function targeted(
  { preview }: Configuration,
  { target }: Pick<DeployInputs, 'target'>,
): ServiceConfiguration[] {
  return preview.services.map((service) => ({ ...service, target: target ?? service.target }));
}

function checked(
  configuration: Configuration,
  services: ServiceConfiguration[],
  more: readonly Problem[],
): Configuration {
  const problems = [...services.flatMap(lackingSection), ...more];
  if (problems.length > 0) throw UserError.all(problems);
  return { ...configuration, preview: { ...configuration.preview, services } };
}

function lackingSection(service: ServiceConfiguration): Problem[] {
  const { name, target } = service;
  if (target === 'local' || service[target]) return [];
  return [
    {
      message: `input target is ${target}, but the configuration does not say how the service ${name} runs there`,
      hint: `Add \`preview: { ${target}: { ${leastSections[target]} } }\` to .github/understudy.yml.`,
    },
  ];
}

const leastSections = {
  cloudformation: 'template: infra/preview.yaml',
  kubernetes: 'manifests: [deploy/*.yaml]',
} as const;

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
