import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { git } from '../../world/git.ts';
import { race } from '../../world/promotion-racers.ts';
import { PipelineStory } from '../../world/promotion-story.ts';
import { inWorld, repository, type World } from '../../world/world.ts';

const ref = 'refs/understudy/promotion/app';
/** All that the README asks for where the ledger is elsewhere and the workflow deploys itself. */
const reading = {
  contents: 'read',
  deployments: 'read',
  checks: 'read',
  statuses: 'read',
} as const;
const atOnce = 32;

let folder: string;
let bare: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-git-ledger-'));
  bare = join(folder, 'app-ledger.git');
  git(folder, 'init', '--quiet', '--bare', bare);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pipelines = `pipelines:
  app:
    versions: { branch: main }
    stages:
      - { name: staging, via: outputs }
      - { name: production, after: staging, via: outputs, gates: { soak: 1h } }
`;

function play(place: string, story: (world: World) => Promise<void>) {
  const configuration = `ledger: { git: ${JSON.stringify(place)} }\n${pipelines}`;
  return inWorld({ configuration, gateway: false }, story);
}

/** What each change of the ledger was for, oldest first. */
function auditLog(): string[] {
  return git(bare, 'log', '--reverse', '--format=%s', ref).split('\n');
}

function refsAtGitHub({ github }: World): string {
  return git(github.repositories[repository] ?? '', 'for-each-ref', 'refs/understudy');
}

/** Takes what is handed out, and reports that it went well; answers stage and version. */
async function deploy(story: PipelineStory) {
  const { outputs } = await story.advance();
  const [job] = JSON.parse(outputs.matrix ?? '[]') as Record<'key' | 'stage' | 'version', string>[];
  const report = { mode: 'report', promotion: job?.key ?? '', result: 'success' };
  const said = await story.run(report);
  expect(said.annotations.filter(({ level }) => level === 'error')).toEqual([]);
  return [job?.stage, job?.version];
}

describe('a ledger in a repository of its own', () => {
  test('leads versions to their end, and nothing of it is at GitHub', () =>
    play(bare, async (world) => {
      const story = new PipelineStory(world, { ...reading, pull_requests: 'read' });
      await story.at('2026-11-23T08:00:00Z');
      const version = await story.push('app.txt', 'one');
      expect(await deploy(story)).toEqual(['staging', version]);
      expect((await story.advance()).stages).toContainEqual(['production', 'wait', 'soak']);
      await story.at('2026-11-23T10:00:00Z');
      expect(await deploy(story)).toEqual(['production', version]);
      const { outputs, summary } = await story.advance();
      expect(outputs).toMatchObject({ decision: 'none', matrix: '[]' });
      expect(summary).not.toContain(folder);

      const log = auditLog();
      expect(log[0]).toMatch(/^promotion\/app 1: /);
      expect(log.filter((line) => line.includes('staging')).length).toBeGreaterThanOrEqual(2);
      expect(log.filter((line) => line.includes('production')).length).toBeGreaterThanOrEqual(2);
      expect(git(bare, 'rev-parse', `${ref}+seen`)).toBe(git(bare, 'rev-parse', ref));
      expect(refsAtGitHub(world)).toBe('');
    }));

  test('is reached by the name of a remote, and by what people say in comments', () =>
    play('ledger', async (world) => {
      await world.collaborator('ada', 'write');
      const trigger = await world.pullRequest('greeting');
      const { number } = trigger.payload.pull_request as { number: number };
      const said = await world.comment(number, '/promote hold production', 'ada');
      const token = world.tokenFor(said, { contents: 'read', pull_requests: 'write' });
      const without = await world.step(said, { token });
      expect(without.annotations.map(({ message }) => message).join('\n')).toMatch(
        /ledger\.git is the remote ledger, and nothing is checked out here/,
      );

      git(world.clone, 'remote', 'add', 'ledger', bare);
      const before = git(world.clone, 'for-each-ref');
      const { outputs, annotations } = await world.step(said, { token, workspace: world.clone });
      expect(annotations.filter(({ level }) => level === 'error')).toEqual([]);
      expect(outputs).toMatchObject({ action: 'promote-environment' });
      expect(auditLog()).toEqual([expect.stringMatching(/^promotion\/app 1: .*production/)]);
      expect(git(world.clone, 'for-each-ref')).toBe(before);
      expect(refsAtGitHub(world)).toBe('');
    }));

  test(`hands a version out once to ${atOnce} runs at once`, () =>
    play(bare, async (world) => {
      const version = git(world.clone, 'rev-parse', 'HEAD');
      const { results } = await race(world, {
        size: atOnce,
        trigger: await world.schedule(),
        permissions: reading,
        now: () => '2026-11-23T08:00:00Z',
        random: () => 1,
        kills: { runs: 0, writes: 0 },
      });
      const handed = results.flatMap(({ outputs }) => JSON.parse(outputs.matrix ?? '[]'));
      expect(handed).toMatchObject([{ stage: 'staging', version, attempt: 1 }]);
      expect(results.map(({ exit }) => exit)).toEqual(results.map(() => 0));
      const { state } = JSON.parse(git(bare, 'show', `${ref}:record.json`));
      expect(state.stages.staging.promotions).toMatchObject([{ version }]);
      expect(git(bare, 'rev-list', '--merges', ref)).toBe('');
      expect(refsAtGitHub(world)).toBe('');
    }));
});
