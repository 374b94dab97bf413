import type { Tag } from '@aws-sdk/client-cloudformation';
import type { PreviewMarks } from '../target.ts';

/** What we write on a stack of ours. */
export interface StackMarks extends PreviewMarks {
  readonly fingerprint: string;
  readonly templateHash: string;
  /** By name of the service: `output:Name`, or an address. */
  readonly services: Readonly<Record<string, string>>;
  /** How long the last operations took. */
  readonly usualSeconds?: number;
}

export function tagsOf(_marks: StackMarks, _own: Readonly<Record<string, string>>): Tag[] {
  return [];
}

export function marksIn(_tags: readonly Tag[] | undefined): StackMarks | undefined {
  return undefined;
}
