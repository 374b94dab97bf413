import { describe, expect, test } from '@jest/globals';
import type { ReleaseDefinition } from '../../../../../src/targets/cloudformation/expand/shared-stack/releases.ts';
import {
  partsOf,
  sharedPlaces,
} from '../../../../../src/targets/cloudformation/expand/shared-stack/shared-place.ts';
import { expandSettings, settings } from '../shared-settings.ts';

function release(name: string, given: Partial<ReleaseDefinition> = {}): ReleaseDefinition {
  return {
    name,
    github: 'shop',
    infrastructure: false,
    strategy: { kind: 'none' },
    preview: true,
    ...given,
  };
}

function service(name: string, releases?: readonly ReleaseDefinition[]) {
  const expand = expandSettings(releases ? { releases: 'releases' } : {});
  return { name, settings: settings({ expand }), expand, ...(releases && { releases }) };
}

describe('what lives in a shared stack', () => {
  test('a service is one part', () => {
    expect(partsOf(service('web'), 'acme/shop')).toMatchObject([{ name: 'web', service: 'web' }]);
  });

  test('release definitions of this repository that ask for previews are its parts', () => {
    const releases = [
      release('shop-web'),
      release('shop-api'),
      release('shop-cron', { preview: false }),
      release('other', { github: 'other' }),
    ];
    expect(partsOf(service('all', releases), 'acme/Shop')).toMatchObject([
      { name: 'shop-web', service: 'all', template: '**/shop-web.yaml' },
      { name: 'shop-api', service: 'all', template: '**/shop-api.yaml' },
    ]);
  });

  test('the one that has the name of the service stands for it alone', () => {
    const releases = [release('shop-web'), release('shop-api')];
    expect(partsOf(service('shop-api', releases), 'acme/shop')).toMatchObject([
      { name: 'shop-api', template: '**/shop-api.yaml' },
    ]);
  });

  test('no definition that asks for previews is an error that names the repository', () => {
    expect(() => partsOf(service('web', [release('x', { preview: false })]), 'acme/shop')).toThrow(
      'asks for previews of shop',
    );
  });

  test('services of one stack are updated together, regions apart', () => {
    const parts = ['web', 'api'].flatMap((name) => partsOf(service(name), 'acme/shop'));
    const abroad = { ...service('eu'), settings: settings({ region: 'eu-west-1' }) };
    const places = sharedPlaces([...parts, ...partsOf(abroad, 'acme/shop')]);
    expect(places.map(({ files }) => files.flatMap((file) => file.parts.length))).toEqual([
      [2],
      [1],
    ]);
  });

  test('two templates for one stack are refused', () => {
    const one = { ...service('web'), settings: settings({ template: 'a.yaml' }) };
    const other = { ...service('api'), settings: settings({ template: 'b.yaml' }) };
    const parts = [one, other].flatMap((given) => partsOf(given, 'acme/shop'));
    expect(() => sharedPlaces(parts)).toThrow('name different templates');
  });
});
