import { describe, expect, test } from '@jest/globals';
import { progressLog } from '../../src/actions/log-progress.ts';
import { instant } from '../../src/core/time.ts';
import type { ProgressEvent } from '../../src/targets/target.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const at = (seconds: number) => instant(noon + seconds * 1000);

function step(
  seconds: number,
  name: string,
  state: 'running' | 'done' | 'failed',
  detail?: string,
): ProgressEvent {
  const [service = '', ...words] = name.split(' ');
  return {
    ...{ kind: 'step', at: at(seconds), service, step: words.join(' '), state },
    ...(detail !== undefined && { detail }),
  } as const;
}

function line(seconds: number, text: string): ProgressEvent {
  return { kind: 'log', at: at(seconds), service: 'web', line: text };
}

function logged(...events: readonly ProgressEvent[]): string[] {
  const lines: string[] = [];
  const log = progressLog({
    log: (text) => lines.push(text),
    group: (title) => lines.push(`[ ${title}`),
    endGroup: () => lines.push(']'),
  });
  for (const event of events) log(event);
  return lines;
}

describe('the log of a deploy', () => {
  test('holds what happens during a step in a group, and how it ended below', () => {
    expect(
      logged(
        step(0, 'web create the stack', 'running'),
        line(1, '12:00:01 CREATE_IN_PROGRESS'),
        step(2, 'web create the stack', 'running', '1 of 2 resources'),
        step(75, 'web create the stack', 'done'),
        step(75, 'web wait for health', 'running', 'https://x'),
        step(76, 'web wait for health', 'failed', 'it answered 503'),
      ),
    ).toEqual([
      '[ web create the stack',
      '  web | 12:00:01 CREATE_IN_PROGRESS',
      '12:00:02 · web create the stack: 1 of 2 resources',
      ']',
      '12:01:15 ✓ web create the stack (1m 15s)',
      '[ web wait for health',
      '12:01:15 · web wait for health: https://x',
      ']',
      '12:01:16 ✗ web wait for health: it answered 503 (1.0s)',
    ]);
  });

  test('holds steps that go on at the same time in one group, since groups do not nest', () => {
    expect(
      logged(
        step(0, 'web start', 'running'),
        step(0, 'api start', 'running'),
        step(1, 'web start', 'done'),
        line(2, 'more'),
        step(3, 'api start', 'failed'),
      ),
    ).toEqual([
      '[ web start',
      '12:00:00 · api start',
      '12:00:01 ✓ web start (1.0s)',
      '  web | more',
      ']',
      '12:00:01 ✓ web start (1.0s)',
      '12:00:03 ✗ api start (3.0s)',
    ]);
  });

  test('shows the end of a step that nobody saw begin', () => {
    expect(logged(step(5, 'web fetch', 'done'))).toEqual(['12:00:05 ✓ web fetch']);
  });
});
