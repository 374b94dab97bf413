import { describe, expect, test } from '@jest/globals';
import { findCollisions } from '../../src/actions/compute-preview-id/collisions.ts';
import { compute, type EventFacts } from '../../src/actions/compute-preview-id/compute.ts';
import {
  type ComputePreviewIdInputs,
  readComputePreviewIdInputs,
} from '../../src/actions/compute-preview-id/inputs.ts';
import { toOutputs } from '../../src/actions/compute-preview-id/outputs.ts';
import { computePreviewId } from '../../src/actions/compute-preview-id/run.ts';
import { readInputs } from '../../src/runner/read-inputs.ts';
import type { ActionRun } from '../../src/runner/run-action.ts';
import { configuration } from '../builders/configuration.ts';
import { commit, pullRequest, repository } from '../builders/pull-request.ts';

function outputs(
  inputs: Partial<ComputePreviewIdInputs> = {},
  facts: Partial<EventFacts> = {},
  preview = configuration(),
) {
  const { inputs: defaults } = readInputs({}, readComputePreviewIdInputs);
  const known = { repository, branch: undefined, commit: undefined, pullRequest: undefined };
  return toOutputs(
    compute(
      { ...defaults, ...inputs },
      { preview, pipelines: {}, ledger: undefined },
      { ...known, ...facts },
    ),
    undefined,
  );
}

describe('compute-preview-id', () => {
  test('gives every name of the pull request in the event', () => {
    const asked = pullRequest();
    const given = outputs(
      {},
      { pullRequest: asked, branch: asked.head.branch, commit: commit('a') },
    );
    const { names, ...rest } = given;
    expect(rest).toEqual({
      'preview-id': '1d0fd508',
      'preview-id-upper': '1D0FD508',
      'preview-id-dashed': '-1D0FD508',
      slug: 'fancy-feature-branch',
      host: '1d0fd508.localhost',
      url: 'http://1d0fd508.localhost:7420',
      environment: 'preview',
      'stack-name': 'shop-preview-1d0fd508',
      namespace: 'shop-preview-1d0fd508',
      eligible: 'true',
      reason: 'eligible: no rule refuses this pull request',
    });
    expect(JSON.parse(names ?? '')).toEqual({ ...rest, eligible: true });
  });

  test('takes the input before the event', () => {
    expect(outputs({ branch: 'main' }, { branch: 'other' })['preview-id']).toBe('0d6e4079');
  });

  test('gives https for hosts that are not on this machine', () => {
    expect(outputs({ branch: 'main', host: '{id}.{service}.example.com' }).url).toBe(
      'https://0d6e4079.app.example.com',
    );
  });

  test('names the stack as the service that is asked for does', () => {
    const [app] = configuration().services;
    if (!app) throw new Error('no service');
    const services = [app, { ...app, name: 'web', stackName: 'pr-{id}-{service}' }];
    const preview = configuration({ services });
    const stackOf = (service: string) =>
      outputs({ branch: 'main', service }, {}, preview)['stack-name'];
    expect(stackOf('web')).toBe('pr-0d6e4079-web');
    expect(stackOf('app')).toBe('shop-preview-0d6e4079');
  });

  test('names the namespace as the configuration does', () => {
    const [app] = configuration().services;
    if (!app) throw new Error('no service');
    const services = [{ ...app, namespace: '{repository}-pr-{number}' }];
    const facts = { branch: 'main', pullRequest: pullRequest() };
    expect(outputs({}, facts, configuration({ services })).namespace).toBe('shop-pr-7');
  });

  test('uses the scheme of the configuration, and the input before it', () => {
    const byNumber = configuration({ id: 'pull-request' });
    const facts = { branch: 'main', pullRequest: pullRequest() };
    expect(outputs({}, facts, byNumber)['preview-id']).toBe('pr-7');
    expect(outputs({ id: 'branch-hash' }, facts, byNumber)['preview-id']).toBe('0d6e4079');
  });

  test('warns of a clock that is not the real one, though it does not look at it', async () => {
    const environment = {
      GITHUB_REPOSITORY: repository,
      INPUT_BRANCH: 'x',
      UNDERSTUDY_NOW: '2026-11-21T09:30:00Z',
    };
    const warnings: string[] = [];
    const run = { environment, log: () => {}, warn: (text: string) => void warnings.push(text) };
    await computePreviewId(run as unknown as ActionRun);
    expect(warnings).toEqual([expect.stringContaining('UNDERSTUDY_NOW')]);
  });

  test('says when the pull request is not eligible, and by which rule', () => {
    const refused = pullRequest({ labels: ['no-preview'] });
    expect(outputs({}, { pullRequest: refused, branch: 'x' })).toMatchObject({
      eligible: 'false',
      reason: expect.stringMatching(/^label: /),
    });
  });

  test('asks a branch without pull request for the rules of branches alone', () => {
    const eligible = {
      ...configuration().eligible,
      base: ['main'],
      labels: { any: ['x'], none: [] },
    };
    expect(outputs({ branch: 'main' }, {}, configuration({ eligible })).eligible).toBe('true');
    const branches = { include: ['feature/**'], exclude: [] };
    const strict = configuration({ eligible: { ...eligible, branches } });
    expect(outputs({ branch: 'main' }, {}, strict)).toMatchObject({
      eligible: 'false',
      reason: expect.stringMatching(/^branch: /),
    });
  });

  test.each([
    [{}, {}, /names no branch/],
    [{ id: 'pull-request' as const, branch: 'x' }, {}, /names no pull request/],
    [{ branch: 'x', host: '{number}.example.com' }, {}, /needs \{number\}/],
    [{ branch: 'x', host: '{nope}.example.com' }, {}, /unknown placeholder \{nope\}/],
    [{ branch: 'x', service: 'My Service', host: '{service}.example.com' }, {}, /is not allowed/],
  ])('refuses %j', (inputs, facts, message) => {
    expect(() => outputs(inputs, facts)).toThrow(message);
  });
});

describe('the check for collisions', () => {
  const on = (number: number, branch: string) =>
    pullRequest({ number, head: { ...pullRequest().head, branch } });
  const byHash = { scheme: 'branch-hash', length: 8 } as const;

  test('finds two branches with one hash, and says what to do', () => {
    const open = [on(1, 'feature/ticket-28764'), on(2, 'main'), on(3, 'feature/ticket-32920')];
    expect(findCollisions(open, byHash)).toEqual([
      {
        message: 'pull requests #1 and #3 have the same preview id 8f9713b5',
        hint: expect.stringContaining('id: pull-request'),
      },
    ]);
    expect(findCollisions(open, { ...byHash, length: 16 })).toEqual([]);
    expect(findCollisions(open, { scheme: 'pull-request', length: 8 })).toEqual([]);
  });

  test('finds one branch name in two forks', () => {
    expect(findCollisions([on(1, 'main'), on(2, 'main')], byHash)).toHaveLength(1);
  });
});
