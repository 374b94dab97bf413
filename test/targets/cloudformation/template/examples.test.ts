import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../src/config/parse.ts';
import { readSharedTemplate } from '../../../../src/targets/cloudformation/expand/render/shared-template.ts';
import { decideParameters } from '../../../../src/targets/cloudformation/stack/parameters.ts';
import { readTemplate } from '../../../../src/targets/cloudformation/template/read-template.ts';

const folder = 'examples/aws-container-service';
const read = (path: string) => readFileSync(`${folder}/${path}`, 'utf8');

function serviceOf(file: string) {
  const [service] = parseConfiguration(read(file), file).preview.services;
  if (!service?.cloudformation) throw new Error(`${file} has no service on CloudFormation`);
  return { name: service.name, settings: service.cloudformation };
}

describe('the example of a container service', () => {
  test('gives the template of a preview every parameter that it has, and no other', () => {
    const { settings } = serviceOf('.github/understudy.yml');
    const configured = Object.fromEntries(
      Object.entries(settings.parameters).map(([name, value]) => [name, String(value)]),
    );
    const declared = readTemplate(read(settings.template ?? ''), 'preview.yaml').parameters;
    const sent = decideParameters({ declared, configured, overrides: {}, previous: [] });
    expect(sent.map(({ ParameterKey }) => ParameterKey).sort()).toEqual(
      Object.keys(configured).sort(),
    );
  });

  test('has a shared template whose five resources are cloned for each preview', () => {
    const { name, settings } = serviceOf('expand/.github/understudy.yml');
    if (!settings.expand) throw new Error('no section expand');
    const shared = readSharedTemplate(read(`expand/${settings.template}`), 'shop.yaml', [
      { service: name, settings: settings.expand },
    ]);
    expect(shared.clonesPerPreview.get(name)).toBe(5);
    expect(shared.rules).toEqual([
      expect.objectContaining({ logicalId: 'ListenerRule', priority: 12_000 }),
    ]);
  });
});
