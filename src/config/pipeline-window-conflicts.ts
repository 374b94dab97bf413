import { instant } from '../core/time.ts';
import { nextOpening } from '../promotion/windows/openings.ts';
import { parseWindowRule, type WeeklyRule } from '../promotion/windows/window-rule.ts';
import { openZone } from '../promotion/windows/zone.ts';
import { type Conflict, conflictCheck } from './conflicts.ts';
import { show } from './wording.ts';

type Windows = string | readonly (string | object)[];

interface Section {
  readonly allow: Windows;
  readonly deny: Windows;
  readonly 'at-most'?: number;
}

/** Windows that say nothing, a number of promotions per nothing, and ones that leave no time at all. */
export const windowConflicts = conflictCheck<Section>(['allow', 'deny', 'at-most'], (section) => {
  const [allow, deny] = [entries(section.allow), entries(section.deny)];
  if (allow.length === 0 && section['at-most'] !== undefined)
    return [
      {
        path: ['at-most'],
        wrong: 'it counts promotions per window, and no window is allowed',
        next: 'Add allow: ["Mon-Thu 09:00-16:00"], or remove it.',
      },
    ];
  if (allow.length + deny.length === 0)
    return [
      {
        path: [],
        wrong: 'it has no windows, so that it closes nothing',
        next: 'Add allow: or deny:, or remove windows.',
      },
    ];
  return neverOpen(allow, deny);
});

function entries(given: Windows): readonly (string | object)[] {
  return typeof given === 'string' ? [given] : given;
}

/** What repeats every week shows in any week; of dates and recurrences this says nothing. */
function neverOpen(
  allow: readonly (string | object)[],
  deny: readonly (string | object)[],
): Conflict[] {
  const [allowing, denying] = [allow, deny].map((all) => all.flatMap(weekly));
  if (!denying?.length || allowing?.length !== allow.length) return [];
  const zone = openZone('UTC');
  const settings = { allow: allowing, deny: denying, timezone: 'UTC' };
  if (!zone || nextOpening(settings, instant(0), { zone }) !== undefined) return [];
  return [
    {
      path: ['deny'],
      wrong: `${denying.map(({ text }) => show(text)).join(', ')} leaves no time in which anything may start`,
      next: 'Take out what is meant to stay open.',
    },
  ];
}

function weekly(entry: string | object): WeeklyRule[] {
  const read = typeof entry === 'string' ? parseWindowRule(entry) : undefined;
  return typeof read === 'object' && read.kind === 'weekly' ? [read] : [];
}
