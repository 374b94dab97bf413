import { describe, expect, test } from '@jest/globals';
import {
  tagsFor,
  updateSettings,
} from '../../../../../src/targets/cloudformation/expand/shared-stack/stack-settings.ts';
import { listenerOf } from '../../../../../src/targets/cloudformation/expand/shared-stack/taken-priorities.ts';
import { settings } from '../shared-settings.ts';

const stack = {
  StackName: 'shared',
  CreationTime: new Date(0),
  StackStatus: 'UPDATE_COMPLETE' as const,
  Capabilities: ['CAPABILITY_IAM' as const],
  NotificationARNs: ['arn:topic'],
  RollbackConfiguration: {
    MonitoringTimeInMinutes: 3,
    RollbackTriggers: [{ Arn: 'arn:alarm', Type: 'AWS::CloudWatch::Alarm' }],
  },
  Tags: [
    { Key: 'environment', Value: 'testing' },
    { Key: 'aws:servicecatalog:x', Value: 'y' },
  ],
};

describe('how a shared stack is updated', () => {
  test('what its owners have set is not taken away', () => {
    expect(updateSettings(stack, settings({ capabilities: ['CAPABILITY_NAMED_IAM'] }))).toEqual({
      kind: 'UPDATE',
      imports: [],
      onFailure: 'rollback',
      capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      notificationArns: ['arn:topic'],
      rollbackTriggers: ['arn:alarm'],
      monitorMinutes: 3,
    });
  });

  test('its tags stay, without those of AWS; a configured one is a change only where it differs', () => {
    expect(tagsFor(stack, { environment: 'testing', team: 'web' })).toEqual({
      tags: [
        { Key: 'environment', Value: 'testing' },
        { Key: 'team', Value: 'web' },
      ],
      changed: ['team'],
    });
  });

  test('the listener is told from the rule', () => {
    const rule = 'arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/app/lb/aa/bb/cc';
    expect(listenerOf(rule)).toBe('arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/lb/aa/bb');
    expect(listenerOf('arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/lb')).toBeUndefined();
  });
});
