/** What holds for a pipeline where the file says nothing; lengths of time in the words of the file. */
export const defaultPipeline = {
  order: 'newest',
  'finish-within': '7d',
  /** Where versions do not come from a branch. */
  branch: 'main',
} as const;

/** What holds for a stage where the file says nothing. */
export const defaultStage = {
  need: 'all',
  observe: 'deployments',
  via: 'outputs',
  timeout: '1h',
  timezone: 'UTC',
  retry: { attempts: 3, delay: '1m', longest: '1h' },
} as const;

/** Who must approve where the file only says that someone must. */
export const defaultApproval: { by: string | string[]; count: number; self: boolean } = {
  by: ['write'],
  count: 1,
  self: false,
};

/** How long one look at a stage may take. */
export const defaultObserveWithin = '10s';

/** How long one verification may take. */
export const defaultVerificationTimeouts = { http: '30s', command: '10m' } as const;

/** What a value in a file becomes. */
export const defaultEditValue = '{version}';
