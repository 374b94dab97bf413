import { duration } from '../core/time.ts';
import type { TargetKind } from '../targets/target.ts';
import type { Configuration } from './schema.ts';

// Kept free of the parser's libraries, so that an action without a configuration file loads none of them.

const minute = 60_000;
const none: string[] = [];

/** What holds for a probe where the file says nothing. */
const defaultProbe = { path: '/', expect: undefined, within: duration(2 * minute) };

/** What holds for the local target where the file says nothing. */
export const defaultLocalSettings = { env: {}, sleepAfter: duration(120 * minute) };

/** Which pull requests get a preview where the file says nothing. */
export const defaultEligible = {
  branches: { include: ['**'], exclude: none },
  base: none,
  labels: { any: none, none: ['no-preview'] },
  drafts: true,
  authors: { include: none, exclude: none },
  forks: 'approved' as const,
  paths: none,
  max: 20,
};

/** What holds for a preview as a whole where the file says nothing. */
export const defaultPreview = {
  id: 'branch-hash' as const,
  host: undefined,
  environment: 'preview',
  eligible: defaultEligible,
  expireAfter: duration(7 * 24 * 60 * minute),
  probe: defaultProbe,
  target: 'local' as TargetKind,
  targets: ['local' as TargetKind],
};

/** The configuration where there is no file. */
export const defaultConfiguration: Configuration = {
  preview: {
    ...defaultPreview,
    services: [
      {
        name: 'app',
        paths: none,
        host: undefined,
        probe: defaultProbe,
        target: 'local',
        local: defaultLocalSettings,
        cloudformation: undefined,
        stackName: undefined,
        kubernetes: undefined,
        namespace: undefined,
      },
    ],
  },
  pipelines: {},
  ledger: undefined,
};
