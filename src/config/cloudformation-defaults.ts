/** What holds for `preview.cloudformation` where the file says nothing. */
export const defaultCloudFormation = {
  mode: 'stack' as const,
  's3-prefix': 'understudy',
  'termination-protection': false,
  'on-failure': 'rollback' as const,
  'empty-buckets': false,
  'detect-drift': false,
};

/** What holds for `preview.cloudformation.expand` where the file says nothing. */
export const defaultExpand = { image: '{sha}', 'require-image': 'none', attempts: 2 };
