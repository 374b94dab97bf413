import type { Wanted } from '../../../../src/targets/cloudformation/expand/decide/wanted.ts';
import type {
  HeldEntry,
  PreviewEntry,
} from '../../../../src/targets/cloudformation/expand/shared-state.ts';

export const repository = 'acme/shop';

/** 40 hex digits. */
export const commit = (digit: string): string => digit.repeat(40);

export function entry(given: Partial<PreviewEntry> = {}): PreviewEntry {
  return {
    service: 'web',
    id: '1d0fd508',
    repository,
    pullRequest: 1,
    commit: commit('a'),
    fingerprint: 'f1',
    requested: false,
    createdAt: '2026-11-21T09:00:00.000Z',
    priorities: [12001],
    ...given,
  };
}

export function wanted(given: Partial<Wanted> = {}): Wanted {
  return {
    part: 'web',
    id: '1d0fd508',
    repository,
    pullRequest: 1,
    commit: commit('a'),
    fingerprint: 'f1',
    requested: false,
    values: {},
    image: commit('a'),
    ...given,
  };
}

export function held(given: Partial<HeldEntry> = {}): HeldEntry {
  return {
    service: 'web',
    id: '1d0fd508',
    pullRequest: 1,
    commit: commit('a'),
    attempts: 1,
    reason: 'ServiceA0 failed to stabilise',
    at: '2026-11-21T09:00:00.000Z',
    ...given,
  };
}
