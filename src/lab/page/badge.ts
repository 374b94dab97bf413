import { type Html, html } from './html.ts';

const tones: Readonly<Record<string, string>> = {
  ready: 'good',
  success: 'good',
  open: 'good',
  failed: 'bad',
  failure: 'bad',
  error: 'bad',
  starting: 'busy',
  deploying: 'busy',
  running: 'busy',
  in_progress: 'busy',
};

/** A state as a word with a dot whose colour is not the only sign. */
export function badge(state: string): Html {
  return html`<span class="badge ${tones[state] ?? 'still'}">${state.replaceAll('_', ' ')}</span>`;
}

/** `12s`, `3m`, `2h`: how long ago, in one unit, so that the page seldom changes. */
export function age(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 60) return `${Math.floor(seconds / 5) * 5}s`;
  const [size, unit] = seconds < 3600 ? [60, 'm'] : seconds < 86_400 ? [3600, 'h'] : [86_400, 'd'];
  return `${Math.floor(seconds / (size as number))}${unit}`;
}
