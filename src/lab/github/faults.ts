/** What can be made to go wrong. */
export type FaultAction =
  | 'lose-answer'
  | 'error-502'
  /** It happens, and is answered with a 502 all the same. */
  | 'applied-502'
  | 'secondary-limit'
  | 'primary-limit'
  | 'stale-read'
  | 'delay';

export const faultActions: readonly FaultAction[] = [
  'lose-answer',
  'error-502',
  'applied-502',
  'secondary-limit',
  'primary-limit',
  'stale-read',
  'delay',
];

/** One fault in waiting. */
export interface Fault {
  readonly match: { readonly method?: string; readonly path?: string };
  readonly action: FaultAction;
  /** How many calls it hits; 1 unless said. */
  readonly times: number;
  /** Length of a `delay`; `retry-after` of a limit. */
  readonly milliseconds?: number;
}

/** Faults in waiting, oldest first. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The first fault that hits this call, with one of its times used up. */
  take(method: string, path: string): Fault | undefined;
}

/** No faults yet. */
export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times }),
    clear: () => {
      waiting = [];
    },
    list: () => waiting.map(({ fault, left }) => ({ ...fault, times: left })),
    take(method, path) {
      const hit = waiting.find(({ fault }) => matches(fault, method, path));
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) waiting = waiting.filter((entry) => entry !== hit);
      return hit.fault;
    },
  };
}

/**
 * Whether a fault is meant for a call. A path with `*` (within a segment), `**` or `{name}` is a pattern; one
 * that ends in `/`, or does not start as API paths do, is looked for as a part; any other must be equal. An
 * encoded slash, as octokit writes it in the names of refs, is a slash.
 */
function matches({ match, action }: Fault, method: string, path: string): boolean {
  if (action === 'stale-read' && method !== 'GET') return false;
  if (match.method && match.method.toUpperCase() !== method) return false;
  return matchesPath(match.path, path) || matchesPath(match.path, path.replace(/%2f/gi, '/'));
}

function matchesPath(wanted: string | undefined, path: string): boolean {
  if (!wanted || wanted === path) return true;
  if (/[*{]/.test(wanted)) return pattern(wanted).test(path);
  const rooted = /^\/(repos|users?|orgs|rate_limit)(\/|$)/.test(wanted);
  return rooted ? wanted.endsWith('/') && path.startsWith(wanted) : path.includes(wanted);
}

function pattern(text: string): RegExp {
  const source = text
    .split(/(\*\*|\*|\{[^}]*\})/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*' || part.startsWith('{')) return '[^/]*';
      return part.replace(/[\\^$.+?()[\]|]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
