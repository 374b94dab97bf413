import type { StageObservation } from '../facts.ts';
import type { ObserveSettings } from '../settings.ts';
import type { StackSight } from './ports.ts';
import {
  empty,
  type Looking,
  lastSeenVersion,
  type StageView,
  unknown,
  unknownByFault,
} from './stage-view.ts';
import { versionInValue } from './version-text.ts';

type StackSettings = Extract<ObserveSettings, { from: 'cloudformation' }>;

/** What a CloudFormation stack runs by one of its parameters, tags or outputs. */
export async function observeStack(
  view: StageView,
  settings: StackSettings,
  looking: Looking,
): Promise<StageObservation> {
  const { stack, region } = settings;
  const reader = await looking.stacks();
  const sight = await reader.read(stack, region);
  const at = looking.now();
  if (!sight || sight.state === 'none') return empty(view, at, `there is no stack ${stack}`);
  const evidence = `the stack ${stack}: ${sight.meaning}`;
  if (sight.state === 'moving') return unknown(at, evidence);
  const version = versionOf(sight, settings);
  if (sight.state === 'unwell')
    return { health: 'unhealthy', version: version ?? lastSeenVersion(view), at, evidence };
  if (version !== undefined) return { health: 'healthy', version, at, evidence };
  const { kind, name } = settings.version;
  return unknownByFault(looking, {
    message: `the stack ${stack} has no ${kind} ${name} that names a version`,
    hint: `Name one that does in \`observe\` of the stage ${view.stage.name}.`,
  });
}

/** A parameter with `NoEcho` is shown as asterisks. */
function versionOf(sight: StackSight, { version }: StackSettings): string | undefined {
  const values = sight[`${version.kind}s`];
  const value = Object.hasOwn(values, version.name) ? (values[version.name] ?? '') : '';
  return /^\*+$/.test(value) ? undefined : versionInValue(value);
}
