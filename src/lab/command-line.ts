import { existsSync } from 'node:fs';
import { nearest } from '../core/nearest.ts';
import { formatProblem, UserError } from '../core/user-error.ts';
import { githubCommand, githubHelp } from './github-command.ts';
import { stepCommand, stepHelp } from './step/command.ts';
import { storyCommand, storyHelp } from './story/command.ts';

type Command = (
  args: readonly string[],
  root: string,
  print: (line: string) => void,
) => Promise<number>;

/** Where lines go: answers and faults. */
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const commands: Readonly<Record<string, { run: Command; help: string }>> = {
  github: { run: githubCommand, help: githubHelp },
  step: { run: stepCommand, help: stepHelp },
};

/** Runs `lab …`; answers the exit code. What the user can mend is told in two lines, without a stack trace. */
export async function runLab(
  argv: readonly string[],
  root: string,
  { print, complain }: Output,
): Promise<number> {
  try {
    const { run, help, args } = choose(argv);
    if (args.includes('--help') || args.includes('-h')) {
      print(help);
      return 0;
    }
    return await run(args, root, print);
  } catch (error) {
    return explain(error, complain);
  }
}

function choose(argv: readonly string[]): { run: Command; help: string; args: readonly string[] } {
  const [first, second, ...rest] = argv;
  if (first === undefined || first.startsWith('-'))
    return { run: storyCommand, help: storyHelp, args: argv };
  if (first !== 'lab') throw unknownCommand(first);
  const command = commands[second ?? ''];
  if (second !== undefined && !command) refuseSlip(second);
  return command
    ? { ...command, args: rest }
    : { run: storyCommand, help: storyHelp, args: argv.slice(1) };
}

/** `lab stpe` is a slip, unless there is a folder of that name. */
function refuseSlip(word: string): void {
  const meant = /^[a-z]+$/.test(word) && !existsSync(word) && nearest(word, Object.keys(commands));
  if (meant)
    throw new UserError(`${JSON.stringify(word)} is not a command`, `Did you mean lab ${meant}?`);
}

function unknownCommand(word: string): UserError {
  const meant = nearest(word, ['lab']);
  const hint = meant ? `Did you mean ${meant}?` : 'There are: lab, lab github, lab step.';
  return new UserError(`${JSON.stringify(word)} is not a command`, hint);
}

function explain(error: unknown, complain: Output['complain']): number {
  const problems = error instanceof UserError ? error.problems : argumentFault(error);
  if (!problems) throw error;
  for (const problem of problems) complain(`${formatProblem(problem)}\n  ${problem.hint}`);
  return 1;
}

/** Node's own words for an option that `parseArgs` does not take. */
function argumentFault(error: unknown): UserError['problems'] | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!code?.startsWith('ERR_PARSE_ARGS')) return undefined;
  return [{ message: message.split('. ')[0] ?? message, hint: 'See --help.' }];
}
