import { describe, expect, test } from '@jest/globals';
import { duration } from '../../../../../src/core/time.ts';
import { wantedEntries } from '../../../../../src/targets/cloudformation/expand/decide/wanted.ts';
import type { DesiredPreview } from '../../../../../src/targets/target.ts';
import { commit, repository } from '../entries.ts';
import { expandSettings, settings } from '../shared-settings.ts';

function preview(previewId: string, pullRequest: number, image?: string): DesiredPreview {
  return {
    repository,
    previewId,
    pullRequest,
    commit: commit('a'),
    requested: false,
    fingerprint: 'f1',
    services: [
      {
        name: 'web',
        host: '',
        probe: { path: '/', within: duration(1000) },
        settings: settings(),
        names: { stackName: '', namespace: '' },
        values: { id: previewId, sha: commit('a'), service: 'web' },
        ...(image !== undefined && { image }),
      },
    ],
  };
}

function part(name: string, image: string) {
  const expand = expandSettings({ image });
  return { name, shortName: `${name}-short`, service: 'web', settings: settings(), expand };
}

describe('what the previews want of a shared template', () => {
  test('every part of their services, in the words of its own name', () => {
    const parts = [part('web', '{sha}'), part('worker', '{service}-{sha}')];
    expect(wantedEntries([preview('aa', 1)], parts)).toMatchObject([
      { part: 'web', image: commit('a'), values: { service: 'web-short' } },
      { part: 'worker', image: `worker-short-${commit('a')}` },
    ]);
  });

  test('an image that only the own run was given is not known to others', () => {
    const parts = [part('web', '{image}')];
    const given = preview('aa', 1, 'registry/web@sha256:1');
    expect(wantedEntries([given, preview('bb', 2)], parts)).toMatchObject([
      { image: 'registry/web@sha256:1' },
      { image: undefined },
    ]);
  });

  test('of two pull requests with one id, the older has it', () => {
    const parts = [part('web', '{sha}')];
    expect(wantedEntries([preview('aa', 1), preview('aa', 2)], parts)).toMatchObject([
      { pullRequest: 1 },
    ]);
  });

  test('a service that a preview does not have is not wanted', () => {
    expect(wantedEntries([{ ...preview('aa', 1), services: [] }], [part('web', '{sha}')])).toEqual(
      [],
    );
  });
});
