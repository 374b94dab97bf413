/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly __brand: 'Instant' };

/** A length of time in milliseconds. */
export type Duration = number & { readonly __brand: 'Duration' };

const unitMilliseconds = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const durationForm = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const isoForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Brands a number of milliseconds since the epoch. */
export function instant(milliseconds: number): Instant {
  return milliseconds as Instant;
}

/** Brands a number of milliseconds. */
export function duration(milliseconds: number): Duration {
  return milliseconds as Duration;
}

/** Reads `90s`, `30m`, `1h30m` or `7d`; `undefined` for anything else, zero and a century included. */
export function parseDuration(text: string): Duration | undefined {
  const match = durationForm.exec(text.trim());
  if (!match || text.trim() === '') return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const milliseconds =
    (days ?? 0) * unitMilliseconds.d +
    (hours ?? 0) * unitMilliseconds.h +
    (minutes ?? 0) * unitMilliseconds.m +
    (seconds ?? 0) * unitMilliseconds.s;
  return milliseconds > 0 && milliseconds < 36_500 * unitMilliseconds.d
    ? duration(milliseconds)
    : undefined;
}

/** The two largest units of a length of time, as people say it: `1d 4h`, `3m 20s`, `0.8s`. */
export function formatDuration(length: Duration): string {
  if (length <= 0) return '0s';
  if (length < 10_000) return `${(length / 1000).toFixed(1)}s`;
  const parts: string[] = [];
  let rest: number = length;
  for (const [unit, size] of Object.entries(unitMilliseconds)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** `2026-11-21T09:30:00.000Z`. */
export function toIso(moment: Instant): string {
  return new Date(moment).toISOString();
}

/** `2026-11-21 09:30 UTC`, for people. */
export function formatInstant(moment: Instant): string {
  return `${toIso(moment).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Reads ISO 8601 with a zone, as GitHub writes it; `undefined` for anything else. */
export function parseInstant(text: string): Instant | undefined {
  const milliseconds = isoForm.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : instant(milliseconds);
}

/** The moment that lies `length` after `moment`. */
export function after(moment: Instant, length: Duration): Instant {
  return instant(moment + length);
}
