import { describe, expect, test } from '@jest/globals';
import { foreignFields } from '../../../src/targets/kubernetes/drift.ts';
import type { KubeObject } from '../../../src/targets/kubernetes/kube-object.ts';

const applied = {
  manager: 'understudy',
  operation: 'Apply',
  fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': {} } } },
};

function managed(...entries: object[]): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', managedFields: [applied, ...entries] },
  };
}

describe('fields that someone else has written', () => {
  test('are told with who it was', () => {
    const edit = {
      manager: 'kubectl-edit',
      operation: 'Update',
      fieldsV1: {
        'f:metadata': { 'f:annotations': {} },
        'f:spec': { 'f:template': { 'f:spec': { 'f:containers': {} } }, 'f:paused': {} },
      },
    };
    const patch = {
      manager: 'ops',
      operation: 'Apply',
      fieldsV1: { 'f:data': { 'f:url': {}, '.': {} } },
    };
    expect(foreignFields(managed(edit, patch))).toEqual([
      'spec.template by kubectl-edit',
      'spec.paused by kubectl-edit',
      'data.url by ops',
    ]);
  });

  test.each([
    ['a status', { manager: 'kubectl', subresource: 'status', fieldsV1: { 'f:status': {} } }],
    [
      'an autoscaler',
      { manager: 'hpa', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    ],
    ['the cluster', { manager: 'kube-controller-manager', fieldsV1: { 'f:spec': { 'f:x': {} } } }],
    ['labels alone', { manager: 'helm', fieldsV1: { 'f:metadata': { 'f:labels': {} } } }],
  ])('are none of those of %s', (_, entry) => {
    expect(foreignFields(managed(entry))).toEqual([]);
  });
});
