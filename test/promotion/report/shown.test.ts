import { expect, test } from '@jest/globals';
import { shownSentence } from '../../../src/promotion/report/shown.ts';

test.each([
  ['soak: 1h of 4h', 'soak: 1h of 4h.'],
  ['there is no deploy\\.yml. Write one.', 'there is no deploy\\\\.yml. Write one.'],
  ['a very long reason …', 'a very long reason …'],
])('%s ends as a sentence does, once', (text, expected) => {
  expect(shownSentence(text)).toBe(expected);
});
