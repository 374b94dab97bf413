import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../core/user-error.ts';
import type { DesiredService } from '../../target.ts';
import { type Detected, detect } from '../detect.ts';
import type { ServiceSpecification } from '../registry.ts';
import { type LocalSettings, localSettings } from '../settings.ts';

/**
 * How to run a service of the commit that was checked out into `folder`. Throws a `UserError` when neither
 * the settings nor the files tell.
 */
export function specify(service: DesiredService, folder: string): ServiceSpecification {
  const settings = localSettings(service.settings);
  const found = settings.run ? undefined : detectIn(folder);
  const install = settings.install ?? (found?.kind === 'command' ? found.install : undefined);
  return {
    name: service.name,
    host: service.host.toLowerCase(),
    launch: launchOf(service, settings, found),
    ...(install && { install }),
    ...(settings.stop && { stop: settings.stop }),
    env: settings.env,
    probe: { ...service.probe, ...settings.health },
    ...(settings.sleepAfter !== undefined && { sleepAfter: settings.sleepAfter }),
  };
}

function launchOf(
  service: DesiredService,
  { run }: LocalSettings,
  found: Detected | undefined,
): ServiceSpecification['launch'] {
  if (run) return { kind: 'shell', command: run };
  if (found?.kind === 'command') return { kind: 'shell', command: found.run };
  if (found) return { kind: 'static' };
  throw new UserError(
    `How to run the service ${service.name} is not known: the commit has no package.json with a start script, no Procfile with web, and no index.html.`,
    'Set `preview: { local: { run: "<command that listens on $PORT>" } }` in .github/understudy.yml.',
  );
}

function detectIn(folder: string): Detected | undefined {
  const packageJson = textOf(folder, 'package.json');
  const procfile = textOf(folder, 'Procfile');
  return detect({
    ...(packageJson !== undefined && { packageJson }),
    ...(procfile !== undefined && { procfile }),
    npmLock: ['package-lock.json', 'npm-shrinkwrap.json'].some((name) =>
      existsSync(join(folder, name)),
    ),
    indexHtml: existsSync(join(folder, 'index.html')),
  });
}

function textOf(folder: string, name: string): string | undefined {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
