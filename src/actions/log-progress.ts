import { escapeCommands } from '../runner/escape-commands.ts';
import type { ProgressEvent } from '../targets/target.ts';

const signs = { running: '·', done: '✓', failed: '✗' } as const;

/** One line of the log for an event. What the application printed can give the runner no command. */
export function progressLine(event: ProgressEvent): string {
  if (event.kind === 'log') return escapeCommands(`  ${event.service} | ${event.line}`);
  const detail = event.detail ? `: ${event.detail}` : '';
  return escapeCommands(`${signs[event.state]} ${event.service} ${event.step}${detail}`);
}
