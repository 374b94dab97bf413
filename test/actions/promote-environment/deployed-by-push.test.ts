import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { repository } from '../../lab/github/lab.ts';
import { decisionOn, openPromotionLab, type PromotionLab } from './promotion-lab.ts';

/** Each push to main is deployed to production as well: what that runs, the file says. */
const configuration = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
      - name: production
        after: [staging]
        via:
          pull-request:
            edits: [{ file: envs/production.yaml, path: image.tag, value: "{version}" }]
      - { name: live, after: [production], gates: { soak: 1h } }
`;
const file = (tag: string) => `# What production runs\nimage:\n  tag: ${tag} # by promotion\n`;

let lab: PromotionLab;
let first: string;
beforeEach(async () => {
  lab = await openPromotionLab(configuration);
  first = lab.tip('main');
  await deployed(lab.push({ 'envs/production.yaml': file(first) }));
});
afterEach(() => lab.close());

const must = async (method: string, path: string, body: object) => {
  const reply = await lab.lab.call(method, `/repos/${repository}${path}`, body);
  expect(reply.status).toBeLessThan(300);
  return reply.body;
};

/** As GitHub files it for a job with `environment: production` of a workflow on `push`. */
async function deployed(commit: string, ref = 'main') {
  if (ref === 'main') expect(lab.tip('main')).toBe(commit);
  const { id } = await must('POST', '/deployments', {
    ref,
    environment: 'production',
    auto_merge: false,
    required_contexts: [],
  });
  await must('POST', `/deployments/${id}/statuses`, { state: 'success' });
}

/** Merges the one open pull request; the commit that main is at then. */
async function merge(how: string): Promise<string> {
  const { body } = await lab.lab.call('GET', `/repos/${repository}/pulls?state=open`);
  expect(body).toHaveLength(1);
  await must('PUT', `/pulls/${body[0].number}/merge`, { merge_method: how });
  const commit = lab.tip('main');
  lab.lab.git('merge', '--quiet', '--ff-only', 'origin/main');
  return commit;
}

/** A version on staging that was deployed as each push is, and the step that opens its pull request. */
async function opened() {
  const version = await lab.staged();
  await deployed(version);
  lab.pass('1m');
  const step = await lab.step();
  expect(step.outputs).toMatchObject({ decision: 'promote', stage: 'production', version });
  return { version, step };
}

test.each(['merge', 'squash', 'rebase'])(
  'a promotion has arrived when the push of its pull request was deployed (%s), and stays when others are',
  async (how) => {
    const { version } = await opened();
    const merged = await merge(how);
    lab.pass('1m');
    expect(decisionOn(await lab.step(), 'production')).toMatchObject({
      decision: 'wait',
      reason: expect.stringMatching(/^arrival: /),
    });
    await deployed(merged);
    lab.pass('1m');
    const runs = `none: production runs ${version}`;
    const arrived = await lab.step();
    expect(decisionOn(arrived, 'production')).toMatchObject({ decision: 'none', reason: runs });
    expect(decisionOn(arrived, 'live')).toMatchObject({ decision: 'wait', version });

    const next = lab.push();
    await deployed(next);
    lab.pass('1h');
    const later = await lab.step();
    expect(decisionOn(later, 'production')).toMatchObject({ decision: 'none', reason: runs });
    expect(decisionOn(later, 'live')).toMatchObject({ decision: 'promote', version });
    expect([...arrived.warnings, ...later.warnings]).toEqual([]);
  },
);

test('who deploys what was merged says so, in the run of the push; before the merge that is refused', async () => {
  const { version, step } = await opened();
  const early = await lab.report(step, 'success');
  expect(early.exit).toBe(1);
  expect(early.failures[0]?.message).toMatch(/not known to be merged/);
  await merge('merge');
  lab.pass('1m');
  const said = await lab.report(step, 'success');
  expect(said).toMatchObject({ exit: 0, outputs: { decision: 'none', version } });
  lab.pass('1h');
  const next = await lab.step();
  expect(decisionOn(next, 'production')?.reason).toBe(`none: production runs ${version}`);
  expect(next.outputs.matrix).toMatchObject([{ stage: 'live', version }]);
});

test('who files a deployment of the version itself is understood as well, once the merge was seen', async () => {
  const { version } = await opened();
  await deployed(version, version);
  expect(decisionOn(await lab.step(), 'production')).toMatchObject({ decision: 'wait' });
  await merge('merge');
  lab.pass('1m');
  await deployed(version, version);
  await lab.step();
  lab.pass('1m');
  const arrived = await lab.step();
  expect(decisionOn(arrived, 'production')?.reason).toBe(`none: production runs ${version}`);
});
