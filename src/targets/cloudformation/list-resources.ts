import {
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Cloud } from './connect/cloud.ts';
import { explainAws } from './connect/errors.ts';
import { sending } from './connect/sending.ts';

/** All resources of the stack itself, to the last page. Throws a `UserError`. */
export async function listResources(
  cloud: Cloud,
  stack: string,
  signal?: AbortSignal,
): Promise<readonly StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  const config = { client: cloud, ...sending(signal) };
  try {
    for await (const page of paginateListStackResources(config, { StackName: stack })) {
      found.push(...(page.StackResourceSummaries ?? []));
    }
  } catch (cause) {
    throw explainAws(cause, `list the resources of the stack ${stack}`);
  }
  return found;
}
