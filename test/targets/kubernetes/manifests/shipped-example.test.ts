import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../src/config/parse.ts';
import { duration } from '../../../../src/core/time.ts';
import { builtInKind } from '../../../../src/targets/kubernetes/connect/known-kinds.ts';
import { manifests } from '../../../../src/targets/kubernetes/manifests/open.ts';
import { kubernetesSettings } from '../../../../src/targets/kubernetes/settings.ts';

const folder = 'examples/kubernetes-manifests';
const read = (path: string) => readFileSync(`${folder}/${path}`, 'utf8');
const commit = '4f2c'.repeat(10);

test('the manifests in examples become those of a preview, as its configuration says', () => {
  const { preview } = parseConfiguration(read('.github/understudy.yml'), 'understudy.yml');
  const [service] = preview.services;
  const written = manifests.read([{ file: 'deploy/shop.yaml', text: read('deploy/shop.yaml') }]);
  const { objects, adapted } = manifests.adapt(written, {
    place: { namespace: 'shop-pr-7', mode: 'own', suffix: '' },
    service: {
      name: 'app',
      host: '1d0fd508.preview.example.com',
      probe: { path: '/healthz', within: duration(120_000) },
      values: { id: '1d0fd508', number: '7', repository: 'shop', sha: commit },
    },
    settings: kubernetesSettings(service?.kubernetes),
    marks: { repository: 'acme/shop', previewId: '1d0fd508' },
    isNamespaced: (kind) => builtInKind(kind)?.namespaced,
  });
  expect(adapted).toEqual([
    `Deployment shop: image of container shop is 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:${commit}, not 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:latest`,
    'Deployment shop: PUBLIC_URL of container shop is https://1d0fd508.preview.example.com',
    'Deployment shop: replicas 1, not 3',
    'Ingress shop: host 1d0fd508.preview.example.com, not shop.example.com',
  ]);
  expect(objects.map(({ object }) => object.metadata.namespace)).toEqual(
    Array(3).fill('shop-pr-7'),
  );
});
