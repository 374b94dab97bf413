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

/** `now`, `15s ago`, `3m ago`: in one unit and steps of five seconds, so that the page seldom changes. */
export function ago(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 5) return 'now';
  if (seconds < 60) return `${Math.floor(seconds / 5) * 5}s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`;
  return `${Math.floor(seconds / 86_400)}d ago`;
}
