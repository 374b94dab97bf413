import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { understudyAction } from '../../../src/actions/understudy/run.ts';
import { repository } from '../../lab/github/lab.ts';
import { openPromotionLab, type PromotionLab } from './promotion-lab.ts';

const configuration = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
      - name: production
        after: [staging]
        gates: { approval: { by: [maintain], count: 1 } }
        observe: { ref: heads/production }
        via: { ref: heads/production }
`;

let lab: PromotionLab;
let issue: number;
beforeEach(async () => {
  lab = await openPromotionLab(configuration);
  await lab.collaborator('ada', 'write');
  await lab.collaborator('mia', 'maintain');
  const { body } = await lab.lab.call('POST', `/repos/${repository}/issues`, { title: 'Release' });
  issue = body.number;
});
afterEach(() => lab.close());

/** Somebody comments on an issue, and the root action is woken by it. */
async function say(
  body: string,
  author = 'ada',
  inputs: Readonly<Record<string, string>> = {},
  again?: string,
) {
  const { body: comment } = await lab.lab.call(
    'POST',
    `/repos/${repository}/issues/${issue}/comments`,
    { body },
  );
  const user = { login: author, type: 'User' };
  const payload = { action: 'created', issue: { number: issue }, comment: { ...comment, user } };
  return lab.act(understudyAction, inputs, {
    event: 'issue_comment',
    payload,
    actor: again ?? author,
    environment: { GITHUB_RUN_ATTEMPT: again === undefined ? '1' : '2' },
  });
}

async function answers(): Promise<string[]> {
  const { body } = await lab.lab.call('GET', `/repos/${repository}/issues/${issue}/comments`);
  const all = body as { body: string }[];
  return all.map((each) => each.body).filter((text) => text.includes('understudy:promote:'));
}

const reactions = (requests: readonly string[]) =>
  requests.filter((each) => each.includes('/reactions'));

/** A version that is on staging, and waits for the approval of production. */
async function staged(): Promise<string> {
  const version = lab.push();
  const { outputs } = await lab.step();
  await lab.step({ mode: 'report', promotion: outputs.promotion, result: 'success' });
  return version;
}

describe('/promote in a comment', () => {
  test('approve lets the version in at once, where nobody else has to deploy it', async () => {
    const version = await staged();
    const ended = await say(
      `Looks good.\n\n/promote approve production ${version.slice(0, 9)} because it is good`,
      'mia',
    );
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { action: 'promote-environment', decision: 'promote', stage: 'production', version },
    });
    lab.lab.git('fetch', '--quiet', 'origin');
    expect(lab.lab.git('rev-parse', 'origin/production')).toBe(version);
    expect(reactions(ended.requests)).toHaveLength(1);
    expect(await answers()).toEqual([
      expect.stringContaining(`mia approves ${version} for production`),
    ]);
  });

  test('is refused from those who may not approve, with a reaction and no comment', async () => {
    const version = await staged();
    const ended = await say(`/promote approve production ${version}`);
    expect(ended).toMatchObject({
      exit: 0,
      outputs: {
        reason: 'permission: production is approved by maintain, and ada is none of them',
      },
    });
    expect(reactions(ended.requests)).toHaveLength(1);
    expect(await answers()).toEqual([]);
  });

  test.each(['hold', 'rollback production', 'status', 'help', '', 'nonsense'])(
    '%s is nothing for strangers',
    async (words) => {
      const ended = await say(`/promote ${words}`, 'stranger');
      expect(ended).toMatchObject({
        exit: 0,
        outputs: {
          action: 'none',
          reason: 'permission: stranger has no write access, so nothing was done',
        },
      });
      expect(await answers()).toEqual([]);
    },
  );

  test('is not said once more by somebody else who starts its run again', async () => {
    const version = await staged();
    const words = `/promote override production ${version} approval because the shop is down`;
    const again = await say(words, 'mia', {}, 'ada');
    expect(again).toMatchObject({
      exit: 0,
      outputs: {
        action: 'none',
        reason:
          "author: ada started this run again, and what it says is mia's; write it in a comment",
      },
    });
    expect((await lab.step()).outputs).toMatchObject({ stage: 'production', decision: 'wait' });
    const own = await say(words, 'mia', {}, 'Mia');
    expect(own.outputs).toMatchObject({ stage: 'production', decision: 'promote', version });
  });

  test('hold, with an end and a reason, and release', async () => {
    const held = await say('/promote hold for 4h because of the fair');
    expect(held.outputs.reason).toBe('hold: pipeline app is held by ada: of the fair');
    lab.push();
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'blocked',
      'wake-at': '2026-11-24T16:00:00.000Z',
    });
    await say('/promote release');
    expect((await lab.step()).outputs.decision).toBe('promote');
    expect(await answers()).toEqual([
      expect.stringContaining('release: pipeline app goes on, says ada'),
    ]);
  });

  test('hands nothing out to a run that would not deploy it', async () => {
    lab.push();
    const ended = await say('/promote staging');
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { action: 'none', reason: expect.stringMatching(/^outputs: /) },
    });
    const all = await say('/promote');
    expect(all.outputs).toMatchObject({ stage: 'production', decision: 'none' });
    expect((await lab.step()).outputs).toMatchObject({ decision: 'promote', stage: 'staging' });
  });

  test.each(['hold', 'status', 'help', 'approve production v1', 'nonsense'])(
    '%s in a dry run sends nothing but reads',
    async (words) => {
      const ended = await say(`/promote ${words}`, 'mia', { 'dry-run': 'true' });
      expect(ended.requests.filter((each) => !each.startsWith('GET '))).toEqual([]);
      expect(ended.outputs.reason).toMatch(/^[a-z]+: /);
    },
  );

  test('of previews in a dry run sends nothing but reads as well', async () => {
    const user = { login: 'ada', type: 'User' };
    for (const body of ['/preview help', '/preview nonsense']) {
      const payload = {
        action: 'created',
        issue: { number: issue, pull_request: {} },
        comment: { id: 1, body, user },
      };
      const ended = await lab.act(
        understudyAction,
        { 'dry-run': 'true' },
        { event: 'issue_comment', payload },
      );
      expect(ended.requests.filter((each) => !each.startsWith('GET '))).toEqual([]);
      expect(ended.outputs).toMatchObject({ action: 'none' });
    }
  });

  test('status shows where everything is, and changes nothing', async () => {
    const version = await staged();
    const ended = await say('/promote status');
    expect(ended).toMatchObject({ exit: 0, outputs: { action: 'none' } });
    const [shown] = await answers();
    expect(shown).toContain('approval: 0 of 1 by maintain');
    expect(shown).toContain(version.slice(0, 7));
    expect(ended.requests.filter((each) => /^(?:POST|PATCH) \/git/.test(each))).toEqual([]);
  });

  test.each([
    ['/promote help', 'eyes'],
    ['/promote approve prodction v1', 'confused'],
  ])('%s is answered with the commands', async (body) => {
    const ended = await say(body);
    expect(ended.exit).toBe(0);
    expect(await answers()).toEqual([
      expect.stringContaining('`/promote rollback STAGE [VERSION]`'),
    ]);
  });

  test('that names a version nobody knows is told so', async () => {
    const ended = await say('/promote rollback production v9');
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { reason: expect.stringMatching(/^rollback: production did not run v9/) },
    });
    expect(await answers()).toEqual([expect.stringContaining('did not run v9 before')]);
  });
});

test('without pipelines in the configuration, a command says so', async () => {
  lab.push({ '.github/understudy.yml': 'preview: {}\n' });
  for (const said of ['/promote status', '/promote hold'])
    expect(await say(said)).toMatchObject({
      exit: 0,
      outputs: { action: 'none', reason: expect.stringMatching(/^pipelines: /) },
    });
});
