import { parseArgs } from 'node:util';
import { UserError } from '../../core/user-error.ts';
import { type Lab, startLab } from './lab.ts';
import { humanTeller, jsonTeller } from './narrator.ts';
import {
  fillWithSample,
  importRepository,
  inspectRepository,
  projectName,
  type UserRepository,
} from './project.ts';
import { answering, firstLook, playStory } from './story.ts';
import type { Tell } from './story-event.ts';

/** What `lab --help` prints. */
export const storyHelp = `lab [REPO] [options]

Plays the life of previews on this machine: pull requests open, are pushed to and close in a stand-in of
GitHub, and the actions' own bundles run their commits at http://<id>.localhost:PORT/. Then a page stays
up until Ctrl-C. Without REPO it makes a small application; REPO is a git repository of yours, which is
copied and never changed.

  --once       end when the story is over: exit 0 when all was as it should be, else 1
  --json       one JSON event a line
  --port N     port of page and previews (default: 8080 when free, else any)

Also: lab github (the stand-in alone), lab step (one action as a runner runs it); each has --help.
`;

interface Settings {
  readonly repository: string | undefined;
  readonly once: boolean;
  readonly port: number | undefined;
  readonly tell: Tell;
}

/** `lab [REPO]`; answers the exit code. Throws `UserError` on bad arguments and unusable repositories. */
export async function storyCommand(
  args: readonly string[],
  root: string,
  print: (line: string) => void,
): Promise<number> {
  const settings = readSettings(args, print);
  try {
    return await tellStory(settings, root);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const { message, hint } of error.problems)
      settings.tell({ event: 'error', message, hint });
    return 1;
  }
}

function readSettings(args: readonly string[], print: (line: string) => void): Settings {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { once: { type: 'boolean' }, json: { type: 'boolean' }, port: { type: 'string' } },
  });
  if (positionals.length > 1)
    throw new UserError(
      'lab takes at most one REPO',
      'Usage: lab [REPO] [--once] [--json] [--port N]',
    );
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return {
    repository: positionals[0],
    once: values.once ?? false,
    port: readPort(values.port),
    tell: values.json ? jsonTeller(print, Date.now) : humanTeller(print, colour),
  };
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(`--port ${text} is not a port`, 'Give a number from 0 (any) to 65535.');
}

async function tellStory(settings: Settings, root: string): Promise<number> {
  const start = Date.now();
  const { repository, tell } = settings;
  const user = repository === undefined ? undefined : await inspectRepository(repository);
  const signal = interruption();
  const lab = await startLab({
    root,
    repository: projectName(repository),
    sample: user === undefined,
    now: Date.now,
    onRun: () => undefined,
    ...(settings.port !== undefined && { port: settings.port }),
  });
  try {
    introduce(lab, tell);
    await fill(lab, user, tell);
    return await play(lab, settings, start, signal);
  } catch (error) {
    if (signal.aborted) return interruptedCode;
    throw error;
  } finally {
    await lab.stop();
    if (!settings.once) tell({ event: 'stopped' });
  }
}

/** As shells say it: 128 and the number of SIGINT. */
const interruptedCode = 130;

/** Aborted by Ctrl-C or SIGTERM. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

function introduce({ url, project, github }: Lab, tell: Tell): void {
  tell({ event: 'started', url, repository: project.name, git: project.bare, github: github.url });
}

async function fill(lab: Lab, user: UserRepository | undefined, tell: Tell): Promise<void> {
  if (!user) return fillWithSample(lab.project, firstLook);
  await importRepository(lab.project, user);
  if (user.uncommitted.length > 0)
    tell({ event: 'note', text: `Left out, not committed: ${listed(user.uncommitted)}` });
}

async function play(
  lab: Lab,
  { tell, once }: Settings,
  start: number,
  signal: AbortSignal,
): Promise<number> {
  const faults = await playStory(lab, { tell, now: Date.now, signal });
  const previews = await answering(lab);
  if (previews.length === 0 && faults.length === 0) faults.push('no preview answers at the end');
  const ok = faults.length === 0;
  tell({ event: 'done', ok, faults, previews, 'wall-ms': Date.now() - start });
  const code = ok ? 0 : 1;
  if (once) return code;
  tell({ event: 'open', url: lab.url, git: lab.project.bare });
  if (!signal.aborted)
    await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  return code;
}

function listed(paths: readonly string[]): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `${paths.slice(0, 3).join(', ')}${more}`;
}
