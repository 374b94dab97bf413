import { UserError } from '../../core/user-error.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Calendar, ExpandRecurrence } from '../windows/occurrences.ts';
import { openZone } from '../windows/zone.ts';

/** Loads what expands recurrences; asked for only by pipelines that have some. */
export type LoadRecurrences = () => Promise<ExpandRecurrence>;

/** The time zones of all windows, with what recurrences need. Throws a `UserError` for a zone that is none. */
export async function openCalendars(
  { stages }: Pipeline,
  load: LoadRecurrences,
): Promise<Readonly<Record<string, Calendar>>> {
  const windows = stages.flatMap(({ gates }) => gates.windows ?? []);
  const recurs = windows.some(({ allow, deny }) =>
    [...allow, ...deny].some(({ kind }) => kind === 'recurrence'),
  );
  const expand = recurs ? await load() : undefined;
  const zones = new Set(windows.map(({ timezone }) => timezone));
  return Object.fromEntries(
    [...zones].map((name) => [name, { zone: zoneOf(name), ...(expand && { expand }) }]),
  );
}

function zoneOf(name: string) {
  const zone = openZone(name);
  if (zone) return zone;
  throw new UserError(
    `there is no time zone ${name}`,
    'Write a name of the IANA database: `Europe/Berlin`, `UTC`.',
  );
}
