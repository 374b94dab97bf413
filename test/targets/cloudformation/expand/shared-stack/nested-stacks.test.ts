import { describe, expect, test } from '@jest/globals';
import {
  nestedReferences,
  replaceUrls,
} from '../../../../../src/targets/cloudformation/expand/shared-stack/nested-stacks.ts';

const folder = new Map([
  ['index.yaml', ''],
  ['lite/splits-lite.yaml', ''],
  ['splits-lite.yaml', ''],
]);

function root(url: string): string {
  return `Resources:\n  Lite: # keep\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ${url} # as it was\n`;
}

describe('which file a nested stack means', () => {
  test.each([
    ['./lite/splits-lite.yaml', 'lite/splits-lite.yaml'],
    [
      '"https://bucket.s3.us-west-2.amazonaws.com/testing/lite/splits-lite.yaml"',
      'lite/splits-lite.yaml',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    ['!Sub "https://b.s3.amazonaws.com/${Environment}/splits-lite.yaml"', 'splits-lite.yaml'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    ['!Sub ["https://b/${E}/splits-lite.yaml", { E: x }]', 'splits-lite.yaml'],
  ])('%s means %s', (url, file) => {
    expect(nestedReferences(root(url), 'index.yaml', folder)).toMatchObject([
      { logicalId: 'Lite', file },
    ]);
  });

  test('an address of somebody else is left alone', () => {
    expect(nestedReferences(root('https://b/other.yaml'), 'index.yaml', folder)).toEqual([]);
  });

  test('only the value gives way, its tag with it', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    const text = root('!Sub "https://b/${E}/splits-lite.yaml"');
    const places = nestedReferences(text, 'index.yaml', folder);
    expect(replaceUrls(text, places, () => 'https://new')).toBe(root('"https://new"'));
  });
});
