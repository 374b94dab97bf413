import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decision } from '../../../src/promotion/decision.ts';
import { emptyRecord, withStage } from '../../../src/promotion/records/record.ts';
import { promotionNotice, renderPromotionSummary } from '../../../src/promotion/report/summary.ts';
import {
  at,
  healthy,
  history,
  length,
  pipeline,
  stage,
  unhealthy,
  unknown,
} from '../../builders/promotion.ts';
import {
  minutes,
  promotion,
  pullRequest,
  settings,
  viewOf,
  withPromotions,
} from '../../builders/promotion-view.ts';
import { evilTexts } from './evil-texts.ts';
import { all, mermaid, parse, rawHtml, shapeOf, tables, text } from './parsed.ts';

const soaking = pipeline({}, { soak: length('24h') });
const seen = { staging: healthy('v2'), production: healthy('v1') };

function soakingView(overrides = {}, facts = {}) {
  const given = { pipeline: soaking, history: history('v1', 'v2'), observations: seen, ...facts };
  return viewOf(given, overrides);
}

describe('the summary of a run', () => {
  test('says first what was decided and why', () => {
    const [, first] = parse(renderPromotionSummary(soakingView())).children ?? [];
    expect(text(first ?? parse(''))).toBe(
      'production waits with v2. soak: 0s of 1d healthy on staging.',
    );
  });

  test('has a row for each stage, in their order, and links versions to their commits', () => {
    const markdown = renderPromotionSummary(soakingView());
    const [heads, ...rows] = tables(markdown)[0] ?? [];
    expect(heads).toEqual(['Stage', 'Runs now', 'Health', 'Next', 'State', 'Why']);
    expect(rows).toEqual([
      ['staging', 'v2', '🟢 healthy', '', '⚪ nothing to do', 'none: staging runs v2'],
      [
        'production',
        'v1',
        '🟢 healthy',
        'v2',
        '🟡 waiting',
        'soak: 0s of 1d healthy on staging / until 2026-11-25 12:00 UTC (in 1d)',
      ],
    ]);
    const urls = all(parse(markdown), 'link').map(({ url }) => url);
    expect(urls).toContain(`https://github.com/acme/app/commit/${'v2'.padEnd(40, '0')}`);
  });

  test('shows all gates of what is promoted now, those that an emergency passes as such', () => {
    const version = 'v2';
    const override = { version, gates: ['soak'], by: 'mia', why: 'orders fail', at: at('11:00') };
    const record = withStage(emptyRecord('app'), 'production', (before) => ({
      ...before,
      overrides: [{ ...override, until: at('15:00') }],
    }));
    const decided = soakingView({}, { record });
    const gatesOf = (view: typeof decided) =>
      tables(renderPromotionSummary(view))[1]?.map(([gate, state]) => [gate, state]);
    expect(decided.decisions[1]).toMatchObject({ decision: 'promote' });
    const table = [
      ['Gate', 'State'],
      ['health', '🟢 passed'],
      ['soak', '🟠 overridden'],
    ];
    expect(gatesOf(decided)).toEqual(table);
    const handed = { kind: 'outputs', reference: 'run-7-1-a', at: at('12:00') } as const;
    const acted = withPromotions(decided.record, 'production', [promotion({}, [handed])]);
    expect(gatesOf({ ...decided, record: acted })).toEqual(table);
  });

  test('shows gates of other stages only where one is shut, with since, until and evidence', () => {
    const markdown = renderPromotionSummary(soakingView());
    const headings = all(parse(markdown), 'heading').map(text);
    expect(headings).toEqual(['Promotions of app', 'Gates of production for v2']);
    expect(tables(markdown)[1]).toEqual([
      ['Gate', 'State', 'Since', 'Until', 'Evidence'],
      ['health', '🟢 passed', '2026-11-24 12:00 UTC', '', 'staging is healthy: probe answered 200'],
      [
        'soak',
        '🟡 waiting',
        '2026-11-24 12:00 UTC',
        '2026-11-25 12:00 UTC (in 1d)',
        '0s of 1d healthy on staging',
      ],
    ]);
  });

  test('draws the stages with an arrow for each that comes after another, and a class for each state', () => {
    const lines = mermaid(renderPromotionSummary(soakingView())).split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines).toContain('  s0 --> s1');
    expect(lines).toContain('  class s0 good');
    expect(lines).toContain('  class s1 waiting');
    const used = lines.flatMap((line) => /^ {2}class s\d+ (\w+)$/.exec(line)?.[1] ?? []);
    for (const name of used) expect(lines.join('\n')).toMatch(new RegExp(`classDef ${name} fill:`));
  });

  test('says until when everything waits, whichever stage it is', () => {
    const view = soakingView({ wakeAt: minutes(90) });
    expect(renderPromotionSummary(view)).toContain(
      'Next change by time alone: 2026-11-24 13:30 UTC (in 1h 30m)',
    );
  });

  test('says of a dry run that nothing was done, and what would be', () => {
    const dry = viewOf(
      { history: history('v1'), observations: { staging: healthy(undefined) } },
      { dryRun: true },
    );
    const markdown = renderPromotionSummary(dry);
    expect(markdown).toContain('(dry run)');
    expect(markdown).toContain('nothing was recorded and nothing was done');
    expect(text(parse(markdown))).toContain('staging would take v1.');
  });

  test('says nothing of a dry run to somebody who asks how it stands', () => {
    const markdown = renderPromotionSummary(soakingView({ dryRun: true, isStatus: true }));
    expect(markdown.toLowerCase()).not.toContain('dry run');
  });

  test('is one line on the page of the run, which names the stage and cuts commits short', () => {
    expect(promotionNotice(soakingView())).toBe(
      'production: wait. soak: 0s of 1d healthy on staging',
    );
    const nothing = soakingView({
      decisions: [decision('staging', 'none', 'none', 'staging runs v2', {})],
    });
    expect(promotionNotice(nothing)).toBe('staging: none: staging runs v2');
    const said = `approval: mia approves ${'c5'.repeat(20)} for production`;
    expect(promotionNotice(soakingView({ said }))).toBe(
      'approval: mia approves c5c5c5c for production',
    );
  });

  test('says of a stage that cannot be seen what it ran at the last look, and why it is not known', () => {
    const before = viewOf({ history: history('v1'), observations: { staging: healthy('v1') } });
    const view = viewOf({
      record: before.record,
      history: history('v1'),
      now: minutes(5),
      observations: { staging: unknown(minutes(5)), production: unhealthy('v1') },
    });
    const [, staging, production] = tables(renderPromotionSummary(view))[0] ?? [];
    expect(staging?.slice(0, 3)).toEqual([
      'staging',
      'v1 at the last look',
      '⚪ unknown: no answer within 10s',
    ]);
    expect(production?.[2]).toBe('🔴 unhealthy: probe answered 500');
  });

  test('of a command says what it came to, by the record alone', () => {
    const { record } = soakingView();
    const view = soakingView({
      record,
      decisions: [],
      observed: undefined,
      said: 'hold: production is held by octocat',
    });
    const markdown = renderPromotionSummary(view);
    expect(text(parse(markdown).children?.[1] ?? parse(''))).toBe(
      'hold: production is held by octocat',
    );
    const [, staging] = tables(markdown)[0] ?? [];
    expect(staging?.slice(0, 5)).toEqual([
      'staging',
      'v2 at the last look',
      '🟢 healthy',
      '',
      '⚪ not decided now',
    ]);
  });

  test('shows what is under way with a link, what moved it on, and its gates while it is an open pull request', () => {
    const staged = pipeline(
      {
        stages: [
          stage('staging'),
          stage('production', { via: 'pull-request', after: ['staging'] }),
        ],
      },
      {},
    );
    const record = withPromotions(emptyRecord('app'), 'production', [
      promotion({}, [pullRequest()]),
    ]);
    const given = { pipeline: staged, record, observations: { staging: unhealthy('v1') } };
    const view = viewOf(
      { ...given, observations: { staging: unhealthy('v1'), production: healthy(undefined) } },
      {
        proceeded: [
          { stage: 'production', promotion: 'production-g0-0123456789ab', evidence: 'a | b' },
        ],
      },
    );
    const markdown = renderPromotionSummary(view);
    const [, , production] = tables(markdown)[0] ?? [];
    expect(production?.[4]).toBe('🔵 under way');
    expect(production?.[5]).toContain('a | b');
    expect(production?.[5]).toContain('shut: health');
    expect(production?.[5]).toMatch(/pull request #\u200b?12/);
    expect(all(parse(markdown), 'link').map(({ url }) => url)).toContain(pullRequest().url);
    expect(tables(markdown)[1]?.map(([gate, state]) => [gate, state])).toContainEqual([
      'health',
      '⛔ refused',
    ]);
    const merged = withPromotions(record, 'production', [
      promotion({}, [pullRequest({ doneAt: at('12:00') })]),
    ]);
    const later = viewOf({ ...given, record: merged });
    expect(all(parse(renderPromotionSummary(later)), 'heading')).toHaveLength(1);
  });
});

test('what was handed out leads to the run that it was handed to', () => {
  const handed = { kind: 'outputs', reference: 'run-4711-1-abcdef01', at: at('12:00') } as const;
  const record = withPromotions(emptyRecord('app'), 'production', [promotion({}, [handed])]);
  const links = all(parse(renderPromotionSummary(viewOf({ record }))), 'link');
  expect(links.map(({ url }) => url)).toContain('https://github.com/acme/app/actions/runs/4711');
});

describe('a stage that nothing was decided of', () => {
  test('whose promotion is yet to begin waits, and says why it is there', () => {
    const reason = 'rollback: by mia: orders fail';
    const record = withPromotions(emptyRecord('app'), 'production', [
      promotion({ kind: 'rollback', phase: 'pending', reason }),
    ]);
    const view = viewOf({ record, observations: seen }, { decisions: [] });
    const [, , production] = tables(renderPromotionSummary(view))[0] ?? [];
    expect(production?.slice(-2)).toEqual(['🟡 waiting', reason]);
  });
});

describe('the past in the summary', () => {
  test('is folded: the last promotions newest first, and what was left out', () => {
    const older = promotion({ id: 'a', createdAt: minutes(-60), phase: 'succeeded' }, [undefined]);
    const newer = promotion(
      { id: 'b', version: 'v2', from: 'v1', phase: 'failed', reason: 'exhausted: attempt 2' },
      [pullRequest(), pullRequest()],
    );
    const record = withStage(
      withPromotions(emptyRecord('app'), 'production', [older, newer]),
      'production',
      (before) => ({ ...before, superseded: [{ version: 'v0', by: 'v2', at: minutes(0) }] }),
    );
    const markdown = renderPromotionSummary(soakingView({ record }));
    expect(rawHtml(markdown).filter((tag) => tag.startsWith('<details>'))).toEqual([
      '<details><summary>Last promotions (2 of 2)</summary>',
      '<details><summary>Superseded (1)</summary>',
    ]);
    const [past, left] = tables(markdown).slice(-2);
    expect(past?.slice(1).map((row) => row.slice(1, 7))).toEqual([
      ['production', 'v2', 'v1', '🔴 failed', '2', 'exhausted: attempt 2'],
      ['production', 'v1', '', '🟢 succeeded', '1', 'newest: it is the turn of v1'],
    ]);
    expect(left?.[1]).toEqual(['production', 'v0', 'v2']);
  });

  test('names the newest of 1,000 versions that are left out, and counts the others', () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `v${index}`);
    const began = performance.now();
    const view = viewOf({ history: history(...keys), observations: { staging: healthy('v0') } });
    const markdown = renderPromotionSummary(view);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(markdown.length).toBeLessThan(20_000);
    expect(tables(markdown).at(-1)?.[1]?.[1]).toMatch(/^v998, v997, .*, and 978 older$/);
  });
});

describe('texts of others in the summary', () => {
  function viewWith(evil: string) {
    const staged = pipeline({
      stages: [stage('staging'), stage(`p${evil}`, { after: ['staging'] })],
    });
    const observations = {
      staging: { ...unhealthy('v1'), evidence: `e${evil}` },
      [`p${evil}`]: healthy(`r${evil}`),
    };
    const past = promotion({ phase: 'failed', reason: `r${evil}`, version: `v${evil}` }, [
      pullRequest({ url: `https://github.com/${evil}` }),
    ]);
    const view = viewOf(
      { pipeline: staged, history: history(`v${evil}`), observations },
      {
        settings: settings(
          { ...staged, name: `n${evil}` },
          { [`p${evil}`]: { url: `https://x/${evil}` } },
        ),
        warnings: [`w${evil}`],
      },
    );
    const decisions = [
      decision('staging', 'wait', 'health', `s${evil}`, {
        version: `v${evil}`,
        gates: [{ gate: 'health', state: 'refused', evidence: `g${evil}` }],
        leftOut: [`l${evil}`],
      }),
    ];
    return { ...view, decisions, record: withPromotions(view.record, 'staging', [past]) };
  }

  test.each([...evilTexts, '-'.repeat(10_000)])('are text and nothing else, case %#', (evil) => {
    const plain = shapeOf(renderPromotionSummary(viewWith('plain')));
    expect(shapeOf(renderPromotionSummary(viewWith(evil)))).toEqual(plain);
  });

  test('of any kind leave tables, drawing and headings as they are', () => {
    const plain = shapeOf(renderPromotionSummary(viewWith('plain')));
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...evilTexts), { maxLength: 6 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 100 }),
    );
    fc.assert(
      fc.property(texts, (evil) => {
        expect(shapeOf(renderPromotionSummary(viewWith(evil)))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  test('mention nobody and lead nowhere', () => {
    const markdown = renderPromotionSummary(viewWith('@octocat #1 acme/app#2 https://e.vil'));
    for (const node of all(parse(markdown), 'text'))
      expect(node.value).not.toMatch(/@octocat|#1|app#2|https:\/\//);
    for (const { url } of all(parse(markdown), 'link'))
      expect(url).toMatch(/^https:\/\/(github\.com|x)\//);
  });
});

describe('a summary that would be too long', () => {
  test('is cut under 1 MiB by whole parts, and says so', () => {
    const stages = Array.from({ length: 300 }, (_, index) => stage(`stage-${index}`));
    const gate = { gate: 'checks', state: 'waiting', evidence: '🚀'.repeat(1_000) } as const;
    const gates = Array.from({ length: 40 }, () => gate);
    const decisions = stages.map(({ name }) => decision(name, 'wait', 'checks', 'x', { gates }));
    const view = viewOf({ pipeline: pipeline({ stages }), observations: {} }, { decisions });
    const markdown = renderPromotionSummary(view);
    expect(Buffer.byteLength(markdown)).toBeLessThan(1_048_576);
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(500_000);
    expect(markdown).toMatch(/… \d+ more parts are left out/);
    expect(markdown).toContain('… and 200 more');
    expect(markdown).not.toContain('```mermaid');
    expect(markdown).not.toContain('<details>');
  });
});
