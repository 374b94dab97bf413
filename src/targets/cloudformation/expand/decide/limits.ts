import type { Problem } from '../../../../core/user-error.ts';

/** What is about to be sent. */
export interface SizeFacts {
  /** Resources of the template without previews. */
  readonly baseResources: number;
  readonly baseTargetGroups: number;
  /** One for each preview of each service, in the order in which they are served. */
  readonly previews: readonly { readonly resources: number; readonly targetGroups: number }[];
  /** Bytes of the template with no preview, and with all of them. */
  readonly baseBytes: number;
  readonly bytes: number;
}

/** Resources in a template, bytes of a template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const resourceLimit = 500;
const byteLimit = 1_000_000;
/** For one Application Load Balancer, not adjustable: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const targetGroupLimit = 100;

/** How many of the previews fit, from the first on. */
export interface Fit {
  readonly previews: number;
  /** Absent = all fit. */
  readonly problem?: Problem;
}

/** What of it a shared template can hold. */
export function fitPreviews(facts: SizeFacts): Fit {
  const fits = [
    fitCount(facts, 'resources', facts.baseResources, resourceLimit, 'resources in a template'),
    fitCount(
      facts,
      'targetGroups',
      facts.baseTargetGroups,
      targetGroupLimit,
      'target groups of a load balancer',
    ),
    fitBytes(facts),
  ];
  return fits.reduce((least, fit) => (fit.previews < least.previews ? fit : least));
}

function fitCount(
  { previews }: SizeFacts,
  counted: 'resources' | 'targetGroups',
  base: number,
  limit: number,
  what: string,
): Fit {
  let total = base;
  const fitting = previews.findIndex((preview) => {
    total += preview[counted];
    return total > limit;
  });
  const all = base + previews.reduce((sum, preview) => sum + preview[counted], 0);
  if (fitting < 0) return { previews: previews.length };
  return { previews: fitting, problem: tooMany(previews.length, fitting, all, limit, what) };
}

function fitBytes({ previews, baseBytes, bytes }: SizeFacts): Fit {
  if (bytes <= byteLimit || previews.length === 0) return { previews: previews.length };
  const each = (bytes - baseBytes) / previews.length;
  const fitting = Math.max(0, Math.floor((byteLimit - baseBytes) / each));
  return {
    previews: Math.min(fitting, previews.length - 1),
    problem: tooMany(previews.length, fitting, bytes, byteLimit, 'bytes of a template'),
  };
}

function tooMany(
  wanted: number,
  fitting: number,
  total: number,
  limit: number,
  what: string,
): Problem {
  return {
    message: `${wanted} previews do not fit into the shared template: that is ${total} of ${limit} ${what}; ${fitting} previews fit`,
    hint: `Close pull requests, or admit no more: \`preview: { eligible: { max: ${fitting} } }\`.`,
  };
}
