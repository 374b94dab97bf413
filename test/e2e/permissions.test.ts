import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultConfiguration } from '../world/app.ts';
import { machineOf } from '../world/observe.ts';
import { Traffic } from '../world/traffic.ts';
import { headOf, readmePermissions, type Trigger, type World } from '../world/world.ts';

const traffic = new Traffic();
const { inWorld } = traffic;

afterAll(() => {
  const { exchanges, problems } = traffic.judge();
  expect(problems).toEqual([]);
  expect(exchanges).toBeGreaterThan(20);
});

const nothing = { previews: [], processes: [], worktrees: 0 };

type Scope = keyof typeof readmePermissions;

/** A token with what the README asks for, but for one permission. */
function without(world: World, missing: Scope, trigger: Trigger): string {
  const rest = Object.entries(readmePermissions).filter(([scope]) => scope !== missing);
  return world.tokenFor(trigger, Object.fromEntries(rest));
}

describe('the composable actions', () => {
  test('compute-preview-id needs no permission, no token and no request', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { action: 'compute-preview-id', token: '' });
      expect(result).toMatchObject({
        exit: 0,
        outputs: { 'preview-id': '64b1d51f', eligible: 'true' },
      });
      expect(world.tap.calls).toEqual([]);
    }));

  test('compute-preview-id computes the host that deploy-preview serves at', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('Feature/Größe-7');
      const names = await world.step(opened, { action: 'compute-preview-id' });
      const result = await world.step(opened, { action: 'deploy-preview' });
      expect(result.outputs['preview-id']).toBe(names.outputs['preview-id']);
      expect(new URL(result.outputs.url ?? '').hostname).toBe(names.outputs.host);
    }));

  test('deploy-preview and teardown-preview need exactly what their descriptions say', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const made = await world.step(opened, { action: 'deploy-preview' });
      expect(made).toMatchObject({ exit: 0, outputs: { state: 'created' }, annotations: [{}] });
      const closed = await world.closePull(1);
      const removed = await world.step(closed, { action: 'teardown-preview' });
      expect(removed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' }, annotations: [{}] });
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      expect(world.requests().filter(({ status }) => status >= 400)).toEqual([]);
    }));

  test('teardown-preview removes by the identifier alone', () =>
    inWorld({}, async (world) => {
      await world.step(await world.pullRequest('feature/lamp'), { action: 'deploy-preview' });
      const inputs = { 'preview-id': '64b1d51f' };
      const dispatch = { ...(await world.schedule()), event: 'workflow_dispatch' };
      const result = await world.step(dispatch, { action: 'teardown-preview', inputs });
      expect(result).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    }));

  test('deploy-preview takes number and commit from inputs where the event has none', () =>
    inWorld({}, async (world) => {
      const commit = headOf(await world.pullRequest('feature/lamp'));
      const result = await world.step(await world.schedule(), {
        action: 'deploy-preview',
        inputs: { 'pull-request': '1', commit },
      });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      expect((await world.observe()).processes).toEqual([commit]);
    }));

  test('uses the checkout’s configuration where the repository is checked out', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { workspace: world.clone });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      expect(world.requests().filter(({ path }) => path.includes('/contents/'))).toEqual([]);
    }));
});

describe('a missing permission', () => {
  const told: Readonly<Record<Exclude<Scope, 'contents'>, string>> = {
    pull_requests: 'pull-requests: write',
    deployments: 'deployments: write',
  };

  test('to write the comment is reported, and the preview is deployed all the same', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const token = world.tokenFor(opened, { ...readmePermissions, pull_requests: 'read' });
      const result = await world.step(opened, { token });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const warnings = result.annotations.filter(({ level }) => level === 'warning');
      expect(warnings.map(({ message }) => message).join('\n')).toContain(told.pull_requests);
      expect((await world.observe()).processes).toEqual([headOf(opened)]);
    }));

  test('to write deployments is reported, and the preview is deployed all the same', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { token: without(world, 'deployments', opened) });
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const warnings = result.annotations.filter(({ level }) => level === 'warning');
      expect(warnings.map(({ message }) => message).join('\n')).toContain(told.deployments);
    }));

  test('to read pull requests is one error that names it', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { token: without(world, 'pull_requests', opened) });
      expect(result.exit).toBe(1);
      const errors = ownErrors(result.annotations);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain('pull-requests: read');
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    }));

  test('to read contents is one error that names it', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { token: without(world, 'contents', opened) });
      expect(result.exit).toBe(1);
      const errors = ownErrors(result.annotations);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain('contents: read');
      expect(result.log).not.toMatch(/^\s+at /m);
    }));

  test('to fetch the commit is one error that names it', () =>
    inWorld({}, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const token = without(world, 'contents', opened);
      const result = await world.step(opened, { token, workspace: world.clone });
      expect(result.exit).toBe(1);
      const errors = ownErrors(result.annotations);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain('contents: read');
      expect((await world.observe()).comments['1']?.[0]).toContain('Preview failed');
    }));
});

describe('an invalid token', () => {
  test('is one error that says so', () =>
    inWorld({ configuration: defaultConfiguration }, async (world) => {
      const opened = await world.pullRequest('feature/lamp');
      const result = await world.step(opened, { token: 'ghs_expired' });
      expect(result.exit).toBe(1);
      expect(ownErrors(result.annotations)).toHaveLength(1);
      expect(ownErrors(result.annotations)[0]).toContain('the token is not valid');
    }));
});

/** Messages of the errors. */
function ownErrors(annotations: readonly { level: string; message: string }[]): string[] {
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
}
