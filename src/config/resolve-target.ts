import type { TargetKind } from '../targets/target.ts';

/** The targets that the file can name. */
export type ConfiguredTarget = TargetKind;

/** What of `preview` says where a service runs. */
export interface TargetSections {
  readonly target?: ConfiguredTarget | Readonly<Record<string, ConfiguredTarget>> | undefined;
  readonly local?: unknown;
  readonly cloudformation?: unknown;
  readonly kubernetes?: unknown;
}

/** Where a service runs: its own word, that of the map or of all, or what the sections tell. */
export function resolveTarget(
  name: string,
  own: ConfiguredTarget | undefined,
  { target, local, cloudformation, kubernetes }: TargetSections,
): ConfiguredTarget {
  const told = typeof target === 'object' ? target[name] : target;
  if (own ?? told) return own ?? told ?? 'local';
  if (local !== undefined) return 'local';
  if (kubernetes !== undefined) return 'kubernetes';
  return cloudformation === undefined ? 'local' : 'cloudformation';
}
