import { describe, expect, test } from '@jest/globals';
import {
  fillIn,
  imagesIn,
  withVersion,
} from '../../../../../src/targets/cloudformation/expand/shared-stack/image-reference.ts';

function template(image: string): string {
  return `Resources:\n  TaskDefinition:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: web\n          Image: ${image}\n`;
}

describe('the image that a task definition names', () => {
  test.each([
    ['"registry/web:1"', 'registry/web:1'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    ['!Sub "${AWS::AccountId}/web:${V}"', '${AWS::AccountId}/web:${V}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    ['{ "Fn::Sub": ["${R}/web:1", { R: !Ref Registry }] }', '${Registry}/web:1'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    ['!Join ["/", [!Ref Registry, "web:1"]]', '${Registry}/web:1'],
    ['!ImportValue Image', undefined],
  ])('%s', (image, reference) => {
    expect(imagesIn(template(image), 't')).toEqual([
      { logicalId: 'TaskDefinition', container: 'web', reference },
    ]);
  });

  test('names are filled in, and one that is unknown leaves no guess', () => {
    const known = new Map([['A', '1']]);
    const sub = (text: string) => text.replaceAll('<', '${').replaceAll('>', '}');
    expect([fillIn(sub('<A>-<!B>'), known), fillIn(sub('<A>-<B>'), known)]).toEqual([
      sub('1-<B>'),
      undefined,
    ]);
  });

  test.each([
    ['registry:5000/web:1', 'abc', 'registry:5000/web:abc'],
    ['registry/web', 'abc', 'registry/web:abc'],
    ['registry/web@sha256:1', 'abc', 'registry/web:abc'],
    ['registry/web:1', 'sha256:2', 'registry/web@sha256:2'],
    ['registry/web:1', 'other/web@sha256:2', 'other/web@sha256:2'],
  ])('%s with %s is %s', (reference, image, result) => {
    expect(withVersion(reference, image)).toBe(result);
  });
});
