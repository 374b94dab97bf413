import { inspect } from 'node:util';
import { duration, formatDuration } from '../../core/time.ts';
import type { StoryEvent, Tell } from './story-event.ts';

type Style = string | readonly string[];

/** Prints one JSON object a line. */
export function jsonTeller(print: (line: string) => void, now: () => number): Tell {
  return ({ event, ...rest }) =>
    print(JSON.stringify({ event, at: new Date(now()).toISOString(), ...rest }));
}

/** Tells the story to people. `colour: false` prints plain text. */
export function humanTeller(print: (line: string) => void, colour: boolean): Tell {
  const paint = (style: Style, text: string) => (colour ? paintWith([style].flat(), text) : text);
  return (event) => {
    for (const line of tell(event, paint)) print(line);
  };
}

/** `util.styleText` asks for Node 20.12, and decides itself whether the terminal may have colour. */
function paintWith(styles: readonly string[], text: string): string {
  const sequence = (style: string, end: 0 | 1) => `\u001b[${inspect.colors[style]?.[end] ?? 0}m`;
  const on = styles.map((style) => sequence(style, 0));
  const off = styles.map((style) => sequence(style, 1)).reverse();
  return [...on, text, ...off].join('');
}

type Paint = (style: Style, text: string) => string;

function tell(event: StoryEvent, paint: Paint): string[] {
  switch (event.event) {
    case 'started':
      return started(event, paint);
    case 'chapter':
      return [
        '',
        `  ${paint(['bold', 'cyan'], String(event.number))}  ${paint('bold', event.title)}`,
      ];
    case 'note':
      return [`     ${paint('dim', event.text)}`];
    case 'pull-request':
      return [pullRequest(event, paint)];
    case 'run':
      return run(event, paint);
    case 'preview':
      return preview(event, paint);
    case 'gone':
      return [`     ${paint('dim', event.url)} is gone`];
    case 'check':
      return check(event, paint);
    case 'done':
      return done(event, paint);
    case 'open':
      return open(event, paint);
    case 'stopped':
      return [`  ${paint('dim', 'Everything is stopped and removed.')}`];
    case 'error':
      return ['', `  ${paint('red', '✗')} ${event.message}`, `    ${paint('dim', event.hint)}`];
  }
}

type Told<Name extends StoryEvent['event']> = Extract<StoryEvent, { event: Name }>;

function started(event: Told<'started'>, paint: Paint): string[] {
  return [
    '',
    `  ${paint('bold', 'Understudy')}  a running copy of ${printable(event.repository)} for every pull request`,
    `  ${paint('dim', 'The page, with all that follows:')} ${paint(['cyan', 'underline'], event.url)}`,
  ];
}

function pullRequest(event: Told<'pull-request'>, paint: Paint): string {
  const name = `#${event.number} ${printable(event.title)}`;
  const place = `${printable(event.branch)} at ${event.commit.slice(0, 7)}`;
  return `     ${name} ${paint('dim', `· ${event.what} · ${place}`)}`;
}

function run(event: Told<'run'>, paint: Paint): string[] {
  const { state, reason } = event.outputs;
  const took = formatDuration(duration(event['wall-ms']));
  const facts = [`run ${event.id} on ${event.on}, ${took}`, state, reason];
  const line = facts.filter((fact) => fact).join(' · ');
  return [
    `     ${paint('dim', printable(line))}`,
    ...event.errors.flatMap((text) => runError(text, paint)),
  ];
}

/** The message, and below it what else the error says: the last lines of a log, say. */
function runError(text: string, paint: Paint): string[] {
  const [first = '', ...rest] = text.split('\n').map(printable);
  return [
    `     ${paint('red', '✗')} ${first}`,
    ...rest.map((line) => `       ${paint('dim', line)}`),
  ];
}

function preview(event: Told<'preview'>, paint: Paint): string[] {
  const took = formatDuration(duration(event['ready-ms']));
  const facts = `${event.what} in ${took}, answers with ${event.commit.slice(0, 7)}`;
  return [
    `     ${paint('green', '➜')}  ${paint(['bold', 'green', 'underline'], event.url)}  ${paint('dim', facts)}`,
  ];
}

function check({ what, ok, detail }: Told<'check'>, paint: Paint): string[] {
  const more = detail === undefined ? '' : `: ${printable(detail)}`;
  return ok
    ? [`     ${paint('green', '✓')} ${paint('dim', what)}`]
    : [`     ${paint('red', '✗')} ${what}${more}`];
}

function done(event: Told<'done'>, paint: Paint): string[] {
  const took = formatDuration(duration(event['wall-ms']));
  const verdict = event.ok
    ? paint('green', `✓ All as it should be, in ${took}.`)
    : paint('red', `✗ ${event.faults.length} not as it should be:`);
  const faults = event.faults.map((fault) => `    ${printable(fault)}`);
  return ['', `  ${verdict}`, ...faults];
}

function open(event: Told<'open'>, paint: Paint): string[] {
  return [
    '',
    `  ${paint('bold', 'Your turn.')} Page  ${paint(['cyan', 'underline'], event.url)}`,
    `             Push  ${paint('dim', `git push ${event.git} HEAD:refs/heads/a-branch`)}`,
    `             Stop  ${paint('dim', 'Ctrl-C: stops everything and leaves nothing')}`,
    '',
  ];
}

/** Without control characters: branch names and titles are other people's text. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
