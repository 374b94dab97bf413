import { expect, test } from '@jest/globals';
import { decisionOn, openPromotionLab } from './promotion-lab.ts';

const configuration = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
        via: { ref: heads/staging }
      - name: production
        after: [staging]
        via: { ref: heads/production }
`;

test('what ended well as a run looked goes on to the next stage in that run', async () => {
  const lab = await openPromotionLab(configuration);
  try {
    const version = lab.push();
    expect((await lab.step()).outputs).toMatchObject({ decision: 'promote', stage: 'staging' });
    lab.pass('15m');
    const next = await lab.step();
    expect(decisionOn(next, 'staging')).toMatchObject({
      decision: 'none',
      reason: `none: staging runs ${version}`,
    });
    expect(decisionOn(next, 'production')).toMatchObject({ decision: 'promote' });
    expect(lab.tip('production')).toBe(version);
    expect(next.requests.length).toBeLessThanOrEqual(30);
  } finally {
    await lab.close();
  }
});
