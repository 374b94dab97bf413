import { duration, formatDuration, type Instant, toIso } from '../core/time.ts';
import { escapeCommands } from '../runner/escape-commands.ts';
import type { ActionRun } from '../runner/run-action.ts';
import type { ProgressEvent } from '../targets/target.ts';

type Step = Extract<ProgressEvent, { kind: 'step' }>;

const signs = { running: '·', done: '✓', failed: '✗' } as const;

/** One line of the log for an event. What the application printed can give the runner no command. */
export function progressLine(event: ProgressEvent): string {
  if (event.kind === 'log') return escapeCommands(`  ${event.service} | ${event.line}`);
  const detail = event.detail ? `: ${event.detail}` : '';
  const time = toIso(event.at).slice(11, 19);
  return escapeCommands(`${time} ${signs[event.state]} ${nameOf(event)}${detail}`);
}

/**
 * Shows events as they come, what happens during a step in a group that people can fold, and how the step ended
 * below it. Groups of GitHub's do not nest, so steps that go on at the same time share one.
 */
export function progressLog(
  run: Pick<ActionRun, 'log' | 'group' | 'endGroup'>,
): (event: ProgressEvent) => void {
  const open = new Map<string, Instant>();
  const ended: string[] = [];
  return (event) => {
    if (event.kind === 'log') run.log(progressLine(event));
    else if (event.state === 'running') begin(event);
    else end(event);
  };

  function begin(step: Step): void {
    const first = open.size === 0;
    if (first) run.group(nameOf(step));
    if (!open.has(nameOf(step))) open.set(nameOf(step), step.at);
    if (!first || step.detail) run.log(progressLine(step));
  }

  function end(step: Step): void {
    const since = open.get(nameOf(step));
    if (since === undefined) {
      run.log(progressLine(step));
      return;
    }
    const line = `${progressLine(step)} (${formatDuration(duration(step.at - since))})`;
    open.delete(nameOf(step));
    ended.push(line);
    if (open.size === 0) run.endGroup();
    for (const one of open.size === 0 ? ended.splice(0) : [line]) run.log(one);
  }
}

function nameOf({ service, step }: Step): string {
  return `${service} ${step}`.trim();
}
