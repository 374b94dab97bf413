import { parsePath, type Step } from '../edits/path.ts';
import type { StageObservation } from '../facts.ts';
import type { ObserveSettings } from '../settings.ts';
import type { HttpAnswer } from './ports.ts';
import { type Looking, lastSeenVersion, type StageView, unknownByFault } from './stage-view.ts';
import { versionText } from './version-text.ts';

type HttpSettings = Extract<ObserveSettings, { from: 'http' }>;

/** What an address says of itself. That nothing answers may be so from here alone: it is unknown, not unhealthy. */
export async function observeHttp(
  view: StageView,
  settings: HttpSettings,
  looking: Looking,
): Promise<StageObservation> {
  const { url, expect, within } = settings;
  const answer = await looking.ask(url, within);
  const at = looking.now();
  const { status } = answer;
  const isWell = expect === undefined ? status >= 200 && status < 400 : status === expect;
  const evidence = `${url} answered ${status}`;
  const version = versionIn(answer, settings.version);
  if (!isWell)
    return { health: 'unhealthy', version: version ?? lastSeenVersion(view), at, evidence };
  if (version !== undefined) return { health: 'healthy', version, at, evidence };
  const where =
    'json' in settings.version ? settings.version.json : `header ${settings.version.header}`;
  return unknownByFault(looking, {
    message: `${evidence}, and no version at ${where}`,
    hint: `Let ${view.stage.name} tell its version there, or mend \`observe\` of the stage.`,
  });
}

function versionIn(
  { header, body }: HttpAnswer,
  where: HttpSettings['version'],
): string | undefined {
  if ('header' in where) return versionText(header(where.header) ?? '');
  const steps = parsePath(where.json);
  const value = steps && valueAt(parsed(body), steps);
  return typeof value === 'string' || typeof value === 'number'
    ? versionText(`${value}`)
    : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The one value at the path; `undefined` where there is none, or it is not clear which. */
function valueAt(value: unknown, steps: readonly Step[]): unknown {
  const found = steps.reduce<unknown[]>(
    (values, step) => values.flatMap((each) => follow(each, step)),
    [value],
  );
  return found.length === 1 ? found[0] : undefined;
}

function follow(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step.kind === 'key' && !Array.isArray(value))
    return Object.hasOwn(value, step.key) ? [(value as Record<string, unknown>)[step.key]] : [];
  if (!Array.isArray(value)) return [];
  if (step.kind === 'all') return value;
  if (step.kind === 'item')
    return value.filter(
      (item) => String((item as Record<string, unknown> | null)?.[step.key]) === step.value,
    );
  const index = step.kind === 'index' ? step.index : Number(step.key);
  return index in value ? [value[index]] : [];
}
