import { formatInstant, type Instant } from '../../core/time.ts';
import type { Calendar } from '../windows/occurrences.ts';
import { nextWindow, type Opening, openingAt } from '../windows/openings.ts';
import type { WindowSettings } from '../windows/window-rule.ts';
import type { Gate } from './gate.ts';

/**
 * Open when one of the allowing windows is, none of the denying ones is, and fewer than `atMost` promotions started
 * in the window that is open.
 * @param starts When promotions into this stage started, rollbacks left out.
 */
export function windowGate(
  settings: WindowSettings,
  starts: readonly Instant[],
  now: Instant,
  calendar: Calendar,
): Gate {
  const opening = openingAt(settings, now, calendar);
  if (!opening.open) return closed(opening, settings);
  const { since, until, rule } = opening;
  const used = since === undefined ? 0 : starts.filter((start) => start >= since).length;
  if (settings.atMost !== undefined && used >= settings.atMost)
    return full(settings, used, nextWindow(settings, now, calendar));
  return {
    gate: 'window',
    state: 'passed',
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    evidence: `${rule ? `open by ${rule.text}` : 'no window is closed'}${zoneOf(settings)}`,
  };
}

function closed({ until, rule }: Opening, settings: WindowSettings): Gate {
  const why = rule ? `closed by ${rule.text}` : `outside of ${list(settings)}`;
  return shut(`${why}${zoneOf(settings)}`, until);
}

function full(settings: WindowSettings, used: number, until: Instant | undefined): Gate {
  const had = used === 1 ? '1 promotion has' : `${used} promotions have`;
  return shut(`${had} started in this window, at most ${settings.atMost} may`, until);
}

function shut(evidence: string, until: Instant | undefined): Gate {
  return until === undefined
    ? { gate: 'window', state: 'refused', evidence: `${evidence}; none opens within four years` }
    : {
        gate: 'window',
        state: 'waiting',
        until,
        evidence: `${evidence}; the next opens ${formatInstant(until)}`,
      };
}

function list({ allow }: WindowSettings): string {
  return allow.map(({ text }) => text).join(', ');
}

function zoneOf({ timezone }: WindowSettings): string {
  return ` (${timezone})`;
}
