import { describe, expect, test } from '@jest/globals';
import { withInputs, withTarget } from '../../src/actions/with-inputs.ts';
import { parseConfiguration } from '../../src/config/parse.ts';

const stack = parseConfiguration(
  'preview: { target: local, cloudformation: { template: preview.yaml } }',
  'understudy.yml',
);
const local = parseConfiguration('preview: { target: local }', 'understudy.yml');
const images = new Map([['app', `registry.example.com/app@sha256:${'1'.repeat(64)}`]]);
const none = { target: undefined, parameters: undefined, images: new Map<string, string>() };

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (cause) {
    return (cause as { problems: readonly { message: string }[] }).problems.map(
      ({ message }) => message,
    );
  }
  return [];
}

describe('the configuration with the inputs of a deploy', () => {
  test('runs where the input says, with its parameters', () => {
    const given = { ...none, target: 'cloudformation', parameters: { Size: 'large' } } as const;
    const [service] = withInputs(stack, given).preview.services;
    expect(service).toMatchObject({
      target: 'cloudformation',
      cloudformation: { template: 'preview.yaml', overrides: { Size: 'large' } },
    });
  });

  test('stays as it is without any', () => {
    expect(withInputs(stack, none)).toEqual(stack);
  });

  test('is refused with all that contradicts it', () => {
    const stray = new Map([['web', images.get('app') ?? '']]);
    const given = { ...none, target: 'cloudformation', images: stray } as const;
    expect(problemsOf(() => withInputs(local, given))).toEqual([
      expect.stringContaining('does not say how the service app runs there'),
      expect.stringContaining('input images names the service "web", allowed: app'),
    ]);
  });
});

describe('the configuration that a teardown goes by', () => {
  test('looks where the deploys of the same step put things', () => {
    const { services } = withTarget(stack, { target: 'cloudformation' }).preview;
    expect(services.map(({ target }) => target)).toEqual(['cloudformation']);
  });

  test('asks for a section of that target', () => {
    expect(problemsOf(() => withTarget(local, { target: 'cloudformation' }))).toHaveLength(1);
  });
});
