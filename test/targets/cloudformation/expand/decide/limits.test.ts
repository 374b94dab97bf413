import { describe, expect, test } from '@jest/globals';
import { fitPreviews } from '../../../../../src/targets/cloudformation/expand/decide/limits.ts';

const facts = (count: number, over = {}) => ({
  baseResources: 16,
  baseTargetGroups: 1,
  baseBytes: 10_000,
  bytes: 10_000 + 4_000 * count,
  previews: Array.from({ length: count }, () => ({ resources: 5, targetGroups: 1 })),
  ...over,
});

describe('what fits into a shared template', () => {
  test('96 previews of five resources beside 16', () => {
    expect(fitPreviews(facts(96))).toEqual({ previews: 96 });
  });

  test('the 97th is one too many, with the number that fit', () => {
    const { previews, problem } = fitPreviews(facts(97));
    expect(previews).toBe(96);
    expect(problem?.message).toBe(
      '97 previews do not fit into the shared template: that is 501 of 500 resources in a template; 96 previews fit',
    );
    expect(problem?.hint).toContain('max: 96');
  });

  test('target groups of the load balancer count too', () => {
    const { previews, problem } = fitPreviews(facts(60, { baseTargetGroups: 50 }));
    expect(previews).toBe(50);
    expect(problem?.message).toContain('110 of 100 target groups of a load balancer');
  });

  test('and bytes', () => {
    const { previews, problem } = fitPreviews(facts(50, { bytes: 10_000 + 50 * 30_000 }));
    expect(previews).toBe(33);
    expect(problem?.message).toContain('1510000 of 1000000 bytes');
  });

  test('a template that is too large by itself holds none', () => {
    expect(fitPreviews(facts(2, { baseResources: 500 })).previews).toBe(0);
    expect(fitPreviews(facts(2, { baseBytes: 1_000_001, bytes: 1_008_001 })).previews).toBe(0);
  });
});
