import { instant } from '../../src/core/time.ts';
import type { ObservedPreview } from '../../src/targets/target.ts';
import { commit, repository } from './pull-request.ts';

/** A preview that exists, made an hour before the tests' clock, expiring a week later. */
export function observedPreview(overrides: Partial<ObservedPreview> = {}): ObservedPreview {
  const previewId = overrides.previewId ?? '1d0fd508';
  return {
    repository,
    previewId,
    pullRequest: 7,
    commit: commit('a'),
    requested: false,
    fingerprint: 'f'.repeat(16),
    createdAt: instant(Date.parse('2026-11-21T09:00:00Z')),
    expiresAt: instant(Date.parse('2026-11-28T09:00:00Z')),
    services: [{ name: 'app', state: 'ready', url: `http://${previewId}.localhost:7420` }],
    ...overrides,
  };
}
