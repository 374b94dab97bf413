import type {
  CloudFormationSettings,
  ExpandSettings,
} from '../../../../src/targets/cloudformation/settings.ts';

export function expandSettings(given: Partial<ExpandSettings> = {}): ExpandSettings {
  return {
    stack: 'shared',
    resources: ['Service'],
    domain: '{id}.example.com',
    image: '{sha}',
    priorities: { from: 12001, to: 12099 },
    requireImage: 'none',
    outputs: [],
    attempts: 2,
    ...given,
  };
}

export function settings(given: Partial<CloudFormationSettings> = {}): CloudFormationSettings {
  return {
    mode: 'expand',
    parameters: {},
    overrides: {},
    tags: {},
    capabilities: [],
    s3Prefix: 'understudy',
    notificationArns: [],
    terminationProtection: false,
    onFailure: 'rollback',
    rollbackTriggers: [],
    monitorMinutes: 0,
    import: [],
    emptyBuckets: false,
    detectDrift: false,
    expand: expandSettings(),
    ...given,
  };
}
