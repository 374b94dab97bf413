import type { Change, DesiredPreview, ObservedPreview, TargetPlan } from '../target.ts';
import { localSettings } from './settings.ts';

/** What a deploy would change, as against what exists. Each commit gets processes and a worktree of its own. */
export function planChanges(
  desired: DesiredPreview,
  existing: ObservedPreview | undefined,
): readonly Change[] {
  const id = (service: string) => `${desired.previewId}/${service}`;
  const wanted = desired.services.map(({ name }) => name);
  const there = existing?.services.map(({ name }) => name) ?? [];
  const kept = existing && isSame(desired, existing) ? there : [];
  const put = wanted
    .filter((name) => !kept.includes(name))
    .map((name) => putChange(id(name), there.includes(name) ? existing : undefined, desired));
  const removed = there
    .filter((name) => !wanted.includes(name))
    .map(
      (name): Change => ({ action: 'remove', type: 'process', id: id(name), replacement: false }),
    );
  return [...put, ...removed];
}

/** The specification as it would be sent. Values of variables stay out: plans are read by many. */
export function renderSpecification(desired: DesiredPreview): TargetPlan['rendered'] {
  const services = desired.services.map(({ settings, ...service }) => {
    const { env, ...local } = localSettings(settings);
    const names = Object.keys(env).map((name) => [name, '***']);
    return { ...service, local: { ...local, env: Object.fromEntries(names) } };
  });
  const name = `${desired.previewId}.json`;
  return { name, text: `${JSON.stringify({ ...desired, services }, null, 2)}\n` };
}

function putChange(
  id: string,
  existing: ObservedPreview | undefined,
  { commit }: DesiredPreview,
): Change {
  if (!existing) return { action: 'add', type: 'process', id, replacement: false };
  const [from, to] = [existing.commit, commit].map((sha) => sha.slice(0, 7));
  const detail = from === to ? 'same commit, other settings' : `${from} → ${to}`;
  return { action: 'modify', type: 'process', id, replacement: true, detail };
}

/** A service that failed is made anew even where nothing else differs. */
function isSame(desired: DesiredPreview, existing: ObservedPreview): boolean {
  const healthy = existing.services.every(({ state }) => state !== 'failed');
  return (
    healthy && existing.commit === desired.commit && existing.fingerprint === desired.fingerprint
  );
}
