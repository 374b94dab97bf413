import { describe, expect, test } from '@jest/globals';
import { emptyRecord, type Promotion, withStage } from '../../../src/promotion/records/record.ts';
import {
  pipelineMarker,
  promotionComments,
  renderPromotionComment,
} from '../../../src/promotion/report/comment.ts';
import { settle } from '../../../src/promotion/settle.ts';
import { at, facts, healthy, history, length, pipeline, stage } from '../../builders/promotion.ts';
import {
  minutes,
  promotion,
  pullRequest,
  viewOf,
  withPromotions,
} from '../../builders/promotion-view.ts';
import { evilTexts } from './evil-texts.ts';
import { all, parse, shapeOf, tables, text } from './parsed.ts';

const id = 'production-g0-0123456789ab';
const byPullRequest = pipeline({
  stages: [
    stage('staging'),
    stage('production', {
      via: 'pull-request',
      after: ['staging'],
      gates: {
        soak: length('24h'),
        approval: { by: ['maintainers'], count: 1, self: false },
      },
    }),
    stage('later', { after: ['production'] }),
  ],
});

function viewWith(one: Promotion, more = {}) {
  return viewOf({
    pipeline: byPullRequest,
    history: history('v1', 'v2'),
    record: withPromotions(emptyRecord('app'), 'production', [one]),
    observations: { staging: healthy('v1'), production: healthy(undefined) },
    ...more,
  });
}

const open = promotion({}, [pullRequest()]);

describe("the comment on a promotion's pull request", () => {
  test('begins with the marker, and shows the gates of this stage and no other table', () => {
    const body = renderPromotionComment(viewWith(open), 'production', id);
    expect(body.split('\n')[0]).toBe('<!-- understudy:pipeline:app/production -->');
    expect(all(parse(body), 'heading').map(text)).toEqual(['Promotion of v1 to production']);
    expect(tables(body)).toEqual([
      [
        ['Gate', 'State', 'Since', 'Until', 'Evidence'],
        ['health', '🟢 passed', '2026-11-24 12:00 UTC', '', 'staging'],
        [
          'soak',
          '🟡 waiting',
          '2026-11-24 12:00 UTC',
          '2026-11-25 12:00 UTC',
          '1d of healthy time on staging',
        ],
        ['approval', '🟡 waiting', '', '', '0 of 1 by maintainers'],
      ],
    ]);
    expect(body).toContain('Shut: soak, approval.');
    expect(body.split('\n').filter((line) => line.includes('`later`'))).toHaveLength(1);
  });

  test('says the same until something changes, whenever it is rendered', () => {
    const first = viewWith(open);
    let record = first.record;
    const bodies = [7, 14, 21, 28, 35].map((after) => {
      const now = minutes(after);
      const observations = {
        staging: { ...healthy('v1', now), evidence: `answered 200 in ${after} ms` },
        production: healthy(undefined, now),
      };
      const more = { record, now, observations };
      record = settle(facts({ pipeline: byPullRequest, history: history('v1', 'v2'), ...more }), 0);
      return renderPromotionComment(viewWith(open, more), 'production', id);
    });
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toBe(renderPromotionComment(first, 'production', id));
    const held = {
      ...first.record.stages.production,
      hold: { by: 'a', why: 'b', at: at('12:00') },
    };
    const changed = { ...first.record, stages: { ...first.record.stages, production: held } };
    const after = viewWith(open, { record: changed });
    expect(renderPromotionComment(after, 'production', id)).toContain('Shut: hold');
  });

  test.each([
    [
      'merged',
      promotion({}, [pullRequest({ doneAt: at('12:30') })]),
      /Merged at 2026-11-24 12:30 UTC; `production` is yet to run/,
    ],
    [
      'superseded',
      promotion({ phase: 'aborted', reason: 'superseded: by v2' }, [pullRequest()]),
      /⚫ aborted\n\nsuperseded: by v2\./,
    ],
    [
      'there',
      promotion({ phase: 'succeeded', reason: 'arrived: x' }, [pullRequest()]),
      /🟢 succeeded/,
    ],
    [
      'a rollback',
      promotion({ kind: 'rollback' }, [pullRequest()]),
      /Rollback of[\s\S]*passes all gates/,
    ],
  ] as const)('of one that is %s says so, without gates', (_, one, said) => {
    const body = renderPromotionComment(viewWith(one), 'production', id);
    expect(body).toMatch(said);
    expect(tables(body)).toEqual([]);
  });

  test('says who took the stage back, and why', () => {
    const back = viewWith(promotion({ kind: 'rollback' }, [pullRequest()]));
    const pin = { version: 'v1', by: 'mia', why: 'orders fail', at: at('12:00') };
    const record = withStage(back.record, 'production', (before) => ({ ...before, pin }));
    expect(renderPromotionComment({ ...back, record }, 'production', id)).toContain(
      'a rollback passes all gates. By mia: orders fail.',
    );
  });

  test('says nothing of a promotion that is not there', () => {
    expect(() => renderPromotionComment(viewWith(open), 'production', 'other')).toThrow(RangeError);
  });

  test.each(evilTexts)('is not changed in its form by the texts of others, case %#', (evil) => {
    const bodyWith = (word: string) => {
      const one = promotion({ version: `v${word}`, phase: 'failed', reason: `r${word}` }, [
        pullRequest(),
      ]);
      return renderPromotionComment(viewWith(one), 'production', id);
    };
    expect(shapeOf(bodyWith(evil))).toEqual(shapeOf(bodyWith('plain')));
  });

  test('stays below what GitHub takes', () => {
    const evidence = '🚀`|'.repeat(10_000);
    const view = viewWith(open);
    const gates = Array.from({ length: 500 }, () => ({
      gate: 'checks' as const,
      state: 'waiting' as const,
      evidence,
    }));
    const decisions = view.decisions.map((each) => ({ ...each, gates }));
    const body = renderPromotionComment({ ...view, decisions }, 'production', id);
    expect(body.length).toBeLessThan(65_536);
  });
});

describe('the marker', () => {
  test.each(['--> <b>', 'a--!>b', 'a/b', '\ud800', 'x'.repeat(1_000)])(
    'is one comment whatever the names: %s',
    (name) => {
      const marker = pipelineMarker(name, name);
      expect(marker).toMatch(/^<!-- understudy:pipeline:[^<>]*\/[^<>]* -->$/);
      expect(all(parse(`${marker}\n\nrest`), 'paragraph')).toHaveLength(1);
    },
  );
});

describe('the comments of a run', () => {
  test('are those of promotions under way by pull request, and of those that ended in it', () => {
    const view = viewWith(open);
    expect(promotionComments(view, view.record)).toEqual([
      {
        stage: 'production',
        pullRequest: 12,
        marker: '<!-- understudy:pipeline:app/production -->',
        body: renderPromotionComment(view, 'production', id),
      },
    ]);
    expect(promotionComments({ ...view, dryRun: true }, view.record)).toEqual([]);
    const ended = viewWith(promotion({ phase: 'succeeded' }, [pullRequest()]));
    expect(promotionComments(ended, view.record)).toHaveLength(1);
    expect(promotionComments(ended, ended.record)).toEqual([]);
  });

  test('are none where there is no pull request', () => {
    const claimed = viewWith(promotion({}, [undefined]));
    const pushed = viewWith(
      promotion({}, [{ kind: 'ref', reference: 'heads/x', at: at('12:00') }]),
    );
    const odd = viewWith(promotion({}, [pullRequest({ reference: '12/../../13' })]));
    for (const view of [claimed, pushed, odd])
      expect(promotionComments(view, emptyRecord('app'))).toEqual([]);
  });
});
