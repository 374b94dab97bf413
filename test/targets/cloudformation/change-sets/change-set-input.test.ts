import { describe, expect, test } from '@jest/globals';
import type { ChangeSetRequest } from '../../../../src/targets/cloudformation/change-sets/change-set.ts';
import {
  changeSetInput,
  changeSetName,
} from '../../../../src/targets/cloudformation/change-sets/change-set-input.ts';

const request: ChangeSetRequest = {
  stackName: 'shop',
  template: { body: '{}' },
  parameters: [],
  tags: [],
  capabilities: [],
  notificationArns: [],
  kind: 'CREATE',
  imports: [],
  onFailure: 'rollback',
  rollbackTriggers: [],
  monitorMinutes: 0,
  operation: '12345-1',
  nested: false,
};

describe('what is sent for a change set', () => {
  test('its name is that of the same request of the same run, and of no other', () => {
    const name = changeSetName(request, 1);
    expect(name).toMatch(/^understudy-12345-1-[0-9a-f]{8}$/);
    expect(changeSetName({ ...request, locate: () => undefined }, 1)).toBe(name);
    const others = [
      changeSetName(request, 2),
      changeSetName({ ...request, operation: '12345-2' }, 1),
      changeSetName({ ...request, template: { body: '{ }' } }, 1),
    ];
    expect(new Set([name, ...others]).size).toBe(4);
    const long = changeSetName({ ...request, operation: `a/${'b'.repeat(300)}` }, 12);
    expect(long).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
  });

  test('an update says that there are no topics and no alarms, so that earlier ones go', () => {
    expect(changeSetInput({ ...request, kind: 'UPDATE' }, 'n')).toMatchObject({
      NotificationARNs: [],
      RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 },
    });
    expect(changeSetInput(request, 'n')).not.toHaveProperty('RollbackConfiguration');
  });

  test('template, role, alarms, imports and nesting are sent where there are any', () => {
    const all: ChangeSetRequest = {
      ...request,
      kind: 'IMPORT',
      template: { url: 'https://s3/x' },
      roleArn: 'arn:role',
      rollbackTriggers: ['arn:alarm'],
      monitorMinutes: 5,
      nested: true,
      imports: [{ type: 'AWS::S3::Bucket', logicalId: 'B', identifier: { BucketName: 'b' } }],
    };
    expect(changeSetInput(all, 'n')).toMatchObject({
      TemplateURL: 'https://s3/x',
      RoleARN: 'arn:role',
      IncludeNestedStacks: true,
      RollbackConfiguration: {
        RollbackTriggers: [{ Arn: 'arn:alarm', Type: 'AWS::CloudWatch::Alarm' }],
        MonitoringTimeInMinutes: 5,
      },
      ResourcesToImport: [
        {
          ResourceType: 'AWS::S3::Bucket',
          LogicalResourceId: 'B',
          ResourceIdentifier: { BucketName: 'b' },
        },
      ],
    });
    const previous = changeSetInput({ ...request, template: 'previous' }, 'n');
    expect(previous.UsePreviousTemplate).toBe(true);
    expect(previous).not.toHaveProperty('TemplateBody');
  });
});
