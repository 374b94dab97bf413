import type { Parameter, Stack } from '@aws-sdk/client-cloudformation';

/** Every parameter as it is. */
export function previousParameters({ Parameters = [] }: Stack): readonly Parameter[] {
  return Parameters.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true }));
}

/**
 * How a stack is changed without touching what it has set: a change set that names no capability, topic or alarm
 * would take them away.
 */
export function keptSettings(stack: Stack) {
  const { RollbackTriggers = [], MonitoringTimeInMinutes = 0 } = stack.RollbackConfiguration ?? {};
  return {
    kind: 'UPDATE',
    imports: [],
    onFailure: 'rollback',
    capabilities: stack.Capabilities ?? [],
    notificationArns: stack.NotificationARNs ?? [],
    rollbackTriggers: RollbackTriggers.flatMap(({ Arn }) => Arn ?? []),
    monitorMinutes: MonitoringTimeInMinutes,
  } as const;
}
