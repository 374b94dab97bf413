import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultConfiguration } from '../world/app.ts';
import { git } from '../world/git.ts';
import { machineOf } from '../world/observe.ts';
import { Traffic } from '../world/traffic.ts';
import { headOf, type Trigger, type World } from '../world/world.ts';

const traffic = new Traffic();
const { inWorld } = traffic;

afterAll(() => {
  const { exchanges, problems } = traffic.judge();
  expect(problems).toEqual([]);
  expect(exchanges).toBeGreaterThan(20);
});

const nothing = { previews: [], processes: [], worktrees: 0 };
const fork = 'mallory/app';

/** A pull request from a stranger's fork, who would run something else if their configuration were read. */
async function fromFork(world: World): Promise<Trigger> {
  await world.collaborator('ada', 'write');
  await world.must('POST', `/repos/${world.repository}/forks`, {}, 'mallory');
  git(world.clone, 'remote', 'add', 'fork', await world.github.createRepository(fork));
  await world.push('patch', evil, 'fork');
  return world.openPull('patch', { head: 'mallory:patch', title: 'Patch' }, 'mallory');
}

const evil = {
  'app.json': '{"greeting":"from a fork"}\n',
  '.github/understudy.yml': `preview:
  eligible: { forks: never }
  local: { run: exec node server.js, env: { SERVICE: evil } }
`,
};

async function pushToFork(world: World, greeting: string): Promise<Trigger> {
  await world.push('patch', { greeting }, 'fork');
  return world.last('pull_request', 'synchronize');
}

async function approve(world: World, commit: string, by = 'ada'): Promise<Trigger> {
  const body = { event: 'APPROVE', commit_id: commit };
  await world.must('POST', `/repos/${world.repository}/pulls/1/reviews`, body, by);
  return world.last('pull_request_review', 'submitted');
}

/** GitHub names no pull request of a fork in `workflow_run`. */
function workflowRun(world: World, sha: string): Trigger {
  const [owner, name] = world.repository.split('/');
  return {
    event: 'workflow_run',
    payload: {
      action: 'completed',
      workflow_run: { head_sha: sha, head_branch: 'patch', pull_requests: [] },
      repository: { name, owner: { login: owner }, full_name: world.repository },
    },
  };
}

describe('a pull request from a fork', () => {
  test('waits for approval, with a token that may only read', () =>
    inWorld({}, async (world) => {
      const result = await world.step(await fromFork(world));
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'skipped' } });
      expect(result.outputs.reason).toMatch(/^fork: commit [0-9a-f]{7} .*waits for approval/);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
      const warnings = result.annotations.filter(({ level }) => level === 'warning');
      expect(warnings[0]?.message).toContain('the comment could not be written');
    }));

  test('is deployed for the commit that a command names, with the configuration of its base', () =>
    inWorld({}, async (world) => {
      const opened = await fromFork(world);
      const head = headOf(opened);
      const command = await world.comment(1, `/preview ${head}`, 'ada');
      const result = await world.step(command);
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const { previews } = await world.observe();
      expect(previews).toMatchObject([{ services: { app: `ready 200 app ${head}` } }]);
    }));

  test('is not deployed by /preview without the whole commit, which approves nothing', () =>
    inWorld({}, async (world) => {
      const head = headOf(await fromFork(world));
      for (const command of ['/preview', `/preview ${head.slice(0, 7)}`]) {
        const result = await world.step(await world.comment(1, command, 'ada'));
        expect(result.outputs).toMatchObject({ state: 'skipped' });
        expect(result.outputs.reason).toMatch(/^fork: /);
      }
      const seen = await world.observe();
      expect(machineOf(seen)).toMatchObject(nothing);
      expect(seen.comments['1']?.join('\n')).toContain('waits for approval');
    }));

  test('is not deployed for an approval by its own author or by someone who may not push', () =>
    inWorld({}, async (world) => {
      const head = headOf(await fromFork(world));
      const spoken = await world.step(await world.comment(1, `/preview ${head}`, 'mallory'));
      expect(spoken.outputs.reason).toMatch(/^permission: mallory /);
      const reviewed = await world.step(await approve(world, head, 'eve'));
      expect(reviewed.outputs.reason).toMatch(/^fork: /);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    }));

  test('is deployed after a review that approved exactly this commit, and waits again after a push', () =>
    inWorld({}, async (world) => {
      const head = headOf(await fromFork(world));
      await approve(world, head);
      const result = await world.step(workflowRun(world, head));
      expect(result).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const pushed = await pushToFork(world, 'worse');
      const again = await world.step(workflowRun(world, headOf(pushed)));
      expect(again.outputs).toMatchObject({ state: 'skipped' });
      expect(again.outputs.reason).toMatch(/^fork: commit /);
      const seen = await world.observe();
      expect(seen.processes).toEqual([head]);
      await approve(world, headOf(pushed));
      const after = await world.step(workflowRun(world, headOf(pushed)));
      expect(after.outputs).toMatchObject({ state: 'updated' });
    }));

  test('stays after a sweep while open, and goes when closed', () =>
    inWorld({}, async (world) => {
      const head = headOf(await fromFork(world));
      await world.step(await world.comment(1, `/preview ${head}`, 'ada'));
      const sweep = await world.step(await world.schedule());
      expect(JSON.parse(sweep.outputs.kept ?? '')).toMatchObject([{ pullRequest: 1 }]);
      await world.closePull(1);
      await world.step(await world.schedule());
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    }));

  test('never gets one where forks never do', () => {
    const configuration = `${defaultConfiguration}  eligible: { forks: never }\n`;
    return inWorld({ configuration }, async (world) => {
      const head = headOf(await fromFork(world));
      const result = await world.step(await world.comment(1, `/preview ${head}`, 'ada'));
      expect(result.outputs.reason).toMatch(/^fork: /);
      expect(machineOf(await world.observe())).toMatchObject(nothing);
    });
  });
});
