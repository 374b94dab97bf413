import type { DeployRequest } from '../../src/preview/deploy-request.ts';
import type { SweepRequest } from '../../src/preview/sweep-previews.ts';
import type { TeardownRequest } from '../../src/preview/teardown-preview.ts';
import { configuration, rules } from './configuration.ts';
import { repository } from './pull-request.ts';

/** Deploy pull request 7, as its event would. */
export function deployRequest(overrides: Partial<DeployRequest> = {}): DeployRequest {
  return {
    repository,
    pullRequest: 7,
    commit: undefined,
    configuration: configuration(),
    service: undefined,
    images: new Map(),
    requested: false,
    approvedCommit: undefined,
    dryRun: false,
    wait: true,
    ...overrides,
  };
}

/** Remove the preview of pull request 7, as the event `closed` would. */
export function teardownRequest(overrides: Partial<TeardownRequest> = {}): TeardownRequest {
  return {
    repository,
    pullRequest: 7,
    previewId: undefined,
    force: false,
    reason: 'closed: the pull request is closed',
    dryRun: false,
    wait: true,
    ...overrides,
  };
}

/** Sweep by the default rules. */
export function sweepRequest(overrides: Partial<SweepRequest> = {}): SweepRequest {
  return {
    repository,
    rules: rules(),
    expireAfter: undefined,
    configuredExpiry: undefined,
    maxRemovals: 20,
    dryRun: false,
    wait: true,
    ...overrides,
  };
}
