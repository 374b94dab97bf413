import { describe, expect, test } from '@jest/globals';
import { humanTeller, jsonTeller } from '../../../src/lab/story/narrator.ts';
import type { StoryEvent } from '../../../src/lab/story/story-event.ts';

const preview: StoryEvent = {
  event: 'preview',
  what: 'created',
  url: 'http://1d0fd508.localhost:8080',
  commit: 'a'.repeat(40),
  'pull-request': 1,
  'ready-ms': 1234,
};

function told(event: StoryEvent, colour = false): string {
  const lines: string[] = [];
  humanTeller((line) => lines.push(line), colour)(event);
  return lines.join('\n');
}

test('JSON is one event a line, with its time', () => {
  const lines: string[] = [];
  jsonTeller(
    (line) => lines.push(line),
    () => Date.parse('2026-11-21T09:00:00Z'),
  )(preview);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ...preview, at: '2026-11-21T09:00:00.000Z' },
  ]);
});

describe('the story for people', () => {
  test('an address stands out, with time and commit', () => {
    expect(told(preview)).toBe(
      '     ➜  http://1d0fd508.localhost:8080  created in 1.2s, answers with aaaaaaa',
    );
  });

  test('colour only where it is wanted', () => {
    expect(told(preview)).not.toContain('\u001b');
    expect(told(preview, true)).toContain('\u001b[');
  });

  test("other people's text cannot steer the terminal", () => {
    const text = told({
      event: 'pull-request',
      number: 1,
      what: 'opened',
      title: 'a\u001b]0;owned\u0007b',
      branch: 'x\r\ny',
      commit: 'b'.repeat(40),
    });
    expect(text).not.toMatch(/\p{Cc}/u);
  });

  test('what is not as it should be is counted and listed', () => {
    const faults = ['one', 'two'];
    const text = told({ event: 'done', ok: false, faults, previews: [], 'wall-ms': 5000 });
    expect(text).toContain('2 not as it should be');
    expect(text).toContain('two');
  });
});
