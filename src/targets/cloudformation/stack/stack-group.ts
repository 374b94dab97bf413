import { UserError } from '../../../core/user-error.ts';
import type { DesiredPreview, DesiredService } from '../../target.ts';
import { type CloudFormationSettings, cloudFormationSettings } from '../settings.ts';

/** A stack of a preview, and the services that run in it: several may share one template. */
export interface StackGroup {
  readonly stackName: string;
  readonly settings: CloudFormationSettings;
  readonly services: readonly [DesiredService, ...DesiredService[]];
}

/** The stacks of a preview. Throws a `UserError` when two services want one stack to be two things. */
export function groupByStack({ services }: DesiredPreview): readonly StackGroup[] {
  const groups = new Map<string, StackGroup>();
  for (const service of services) {
    const { stackName } = service.names;
    const settings = cloudFormationSettings(service.settings);
    const group = groups.get(stackName);
    if (!group) groups.set(stackName, { stackName, settings, services: [service] });
    else {
      requireEqual(group, service, settings);
      groups.set(stackName, { ...group, services: [...group.services, service] });
    }
  }
  return [...groups.values()];
}

function requireEqual(group: StackGroup, { name }: DesiredService, other: CloudFormationSettings) {
  if (comparable(group.settings) === comparable(other)) return;
  throw new UserError(
    `the services ${group.services[0].name} and ${name} both have the stack ${group.stackName}, but their \`cloudformation\` settings differ`,
    'Put {service} into `preview.cloudformation.stack-name`, or give both services the same settings; only `url` may differ.',
  );
}

/** The address is the one thing that services of one stack have each their own. */
function comparable({ url: _, ...settings }: CloudFormationSettings): string {
  return JSON.stringify(settings);
}
