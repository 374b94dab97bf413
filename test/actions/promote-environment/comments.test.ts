import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { understudyAction } from '../../../src/actions/understudy/run.ts';
import { type Conversation, openConversation } from './conversation.ts';
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
let issue: Conversation;
const open = async () => {
  lab = await openPromotionLab(configuration);
  issue = await openConversation(lab);
};
const close = () => lab.close();

const startedAgain = { GITHUB_RUN_ATTEMPT: '2' };

const reactions = (requests: readonly string[]) =>
  requests.filter((each) => each.includes('/reactions'));

describe('/promote in a comment', () => {
  beforeEach(open);
  afterEach(close);

  test('approve lets the version in at once, where nobody else has to deploy it', async () => {
    const version = await lab.staged();
    const ended = await issue.say(
      `Looks good.\n\n/promote approve production ${version.slice(0, 9)} because it is good`,
      'mia',
    );
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { action: 'promote-environment', decision: 'promote', stage: 'production', version },
    });
    expect(lab.tip('production')).toBe(version);
    expect(reactions(ended.requests)).toHaveLength(1);
    const short = version.slice(0, 7);
    const [answer] = await issue.answers();
    expect(answer).toContain(`approval: mia approves ${short} for production`);
    expect(answer).toContain(`- \`production\`: promote. newest: it is the turn of ${short}`);
  });

  test('is refused from those who may not approve; who may push is told why, and strangers by a reaction alone', async () => {
    const version = await lab.staged();
    await issue.say(`/promote approve production ${version}`, 'stranger');
    expect(await issue.answers()).toEqual([]);
    const ended = await issue.say(`/promote approve production ${version}`, 'ada');
    expect(ended).toMatchObject({
      exit: 0,
      outputs: {
        reason: 'permission: production is approved by maintain, and ada is none of them',
      },
    });
    expect(reactions(ended.requests)).toHaveLength(1);
    expect(await issue.answers()).toEqual([
      expect.stringContaining('production is approved by maintain, and ada is none of them'),
    ]);
  });

  test('a version that there is not is refused, in a comment as from a workflow, and the newest are named', async () => {
    const version = await lab.staged();
    const reason = expect.stringMatching(
      new RegExp(`^version: zzz is none that the pipeline knows; the newest are ${version}, `),
    );
    const ended = await issue.say('/promote production zzz', 'ada');
    expect(ended).toMatchObject({ exit: 0, outputs: { reason, decision: 'none' } });
    expect(await issue.answers()).toEqual([expect.stringContaining('Write the whole tag')]);
    const told = await lab.step({ stage: 'production', version: 'zzz' });
    expect(told).toMatchObject({ exit: 1, outputs: { reason, decision: 'none' } });
    expect(told.writes).toEqual([]);
  });

  test('an emergency without a reason is refused, and the answer shows how to say it', async () => {
    const version = await lab.staged();
    const ended = await issue.say(`/promote override production ${version} approval`, 'mia');
    expect(ended.outputs.reason).toBe('override: an emergency needs a reason; say why');
    expect(await issue.answers()).toEqual([expect.stringContaining('soak because')]);
  });

  test('is not said once more by somebody else who starts its run again', async () => {
    const version = await lab.staged();
    const words = `/promote override production ${version} approval because the shop is down`;
    const again = await issue.say(words, 'mia', {}, { actor: 'ada', environment: startedAgain });
    expect(again).toMatchObject({
      exit: 0,
      outputs: {
        action: 'none',
        reason:
          "author: ada started this run again, and what it says is mia's; write it in a comment",
      },
    });
    expect((await lab.step()).outputs).toMatchObject({ stage: 'production', decision: 'wait' });
    const own = await issue.say(words, 'mia', {}, { actor: 'Mia', environment: startedAgain });
    expect(own.outputs).toMatchObject({ stage: 'production', decision: 'promote', version });
  });

  test('hold, with an end and a reason, and release', async () => {
    const held = await issue.say('/promote hold for 4h because of the fair', 'ada');
    expect(held.outputs.reason).toBe(
      'hold: pipeline app is held by ada until 2026-11-24 16:00 UTC: of the fair',
    );
    lab.push();
    expect((await lab.step()).outputs).toMatchObject({
      decision: 'blocked',
      'wake-at': '2026-11-24T16:00:00.000Z',
    });
    await issue.say('/promote release', 'ada');
    expect((await lab.step()).outputs.decision).toBe('promote');
    expect(await issue.answers()).toEqual([
      expect.stringContaining('release: pipeline app goes on, says ada'),
    ]);
  });

  test('hands nothing out to a run that would not deploy it', async () => {
    lab.push();
    const ended = await issue.say('/promote staging', 'ada');
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { action: 'none', reason: expect.stringMatching(/^outputs: /) },
    });
    const all = await issue.say('/promote', 'ada');
    expect(all.outputs).toMatchObject({ stage: 'production', decision: 'none' });
    expect((await lab.step()).outputs).toMatchObject({ decision: 'promote', stage: 'staging' });
  });

  test('status shows where everything is, and changes nothing', async () => {
    const version = await lab.staged();
    const ended = await issue.say('/promote status', 'ada');
    expect(ended).toMatchObject({ exit: 0, outputs: { action: 'none' } });
    const [shown] = await issue.answers();
    expect(shown).toContain('approval: 0 of 1 by maintain');
    expect(shown).toContain(version.slice(0, 7));
    expect(ended.requests.filter((each) => /^(?:POST|PATCH) \/git/.test(each))).toEqual([]);
  });

  test.each([
    ['/promote help', 'eyes'],
    ['/promote approve prodction v1', 'confused'],
  ])('%s is answered with the commands, and %s', async (body, reaction) => {
    const ended = await issue.say(body, 'ada');
    expect(ended.exit).toBe(0);
    expect(await issue.reactions()).toEqual([reaction]);
    expect(await issue.answers()).toEqual([
      expect.stringContaining('`/promote rollback STAGE [VERSION]`'),
    ]);
  });

  test('that names a version nobody knows is told so', async () => {
    const ended = await issue.say('/promote rollback production v9', 'ada');
    expect(ended).toMatchObject({
      exit: 0,
      outputs: { reason: expect.stringMatching(/^rollback: production did not run v9/) },
    });
    expect(await issue.answers()).toEqual([expect.stringContaining('did not run v9 before')]);
  });

  test('without pipelines in the configuration, a command says so', async () => {
    lab.push({ '.github/understudy.yml': 'preview: {}\n' });
    for (const said of ['/promote status', '/promote hold'])
      expect(await issue.say(said, 'ada')).toMatchObject({
        exit: 0,
        outputs: { action: 'none', reason: expect.stringMatching(/^pipelines: /) },
      });
  });
});

describe('/promote in a comment that may change nothing', () => {
  beforeAll(open);
  afterAll(close);

  test.each(['hold', 'rollback production', 'status', 'help', '', 'nonsense'])(
    '%s is nothing for strangers',
    async (words) => {
      const ended = await issue.say(`/promote ${words}`, 'stranger');
      expect(ended).toMatchObject({
        exit: 0,
        outputs: {
          action: 'none',
          reason: 'permission: stranger has no write access, so nothing was done',
        },
      });
      expect(await issue.answers()).toEqual([]);
    },
  );

  test.each(['hold', 'status', 'help', 'approve production v1', 'nonsense'])(
    '%s in a dry run sends nothing but reads',
    async (words) => {
      const ended = await issue.say(`/promote ${words}`, 'mia', { 'dry-run': 'true' });
      expect(ended.writes).toEqual([]);
      expect(ended.outputs.reason).toMatch(/^[a-z]+: /);
    },
  );

  test('of previews in a dry run sends nothing but reads as well', async () => {
    const user = { login: 'ada', type: 'User' };
    for (const body of ['/preview help', '/preview nonsense']) {
      const payload = {
        action: 'created',
        issue: { number: issue.number, pull_request: {} },
        comment: { id: 1, body, user },
      };
      const ended = await lab.act(
        understudyAction,
        { 'dry-run': 'true' },
        { event: 'issue_comment', payload },
      );
      expect(ended.writes).toEqual([]);
      expect(ended.outputs).toMatchObject({ action: 'none' });
    }
  });
});
