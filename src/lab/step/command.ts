import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UserError } from '../../core/user-error.ts';
import { startStep } from './run-step.ts';
import type { StepOptions, StepResult } from './step.ts';

/** What `lab step --help` prints. */
export const stepHelp = `lab step ACTION --event NAME --payload FILE [options]

Runs an action's bundle as GitHub's runner does, and prints one JSON line:
{"exit", "outputs", "summary", "annotations", "wall-ms"}. The log goes to standard error.

ACTION is a folder of actions/, or understudy for the root action.

  --event NAME             the event: pull_request, schedule, issue_comment …
  --payload FILE           the webhook's payload, JSON ("-" reads standard input)
  --input NAME=VALUE       an input, as under with: (may be repeated)
  --repository OWNER/NAME  default: the payload's
  --url URL                the REST API (a stand-in's url)
  --token TOKEN            github.token; default: the variable LAB_TOKEN
  --workspace DIR          the checkout; default: an empty directory
  --timeout-ms N           cancel after that long
`;

/** Machine settings that a self-hosted runner hands to its jobs. */
const passed =
  /^(?:UNDERSTUDY_.*|AWS_.*|KUBE.*|DOCKER_HOST|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|XDG_.*|(?:HTTPS?|ALL|NO)_PROXY)$/i;

/** `lab step`: answers the exit code, 0 whatever the action's own was. Throws `UserError` on bad arguments. */
export async function stepCommand(
  args: readonly string[],
  root: string,
  print: (line: string) => void,
): Promise<number> {
  const options = await readOptions(args, root);
  const step = startStep(options);
  const cancel = () => step.cancel();
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  try {
    print(JSON.stringify(toLine(await step.finished)));
    return 0;
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel);
  }
}

async function readOptions(args: readonly string[], root: string): Promise<StepOptions> {
  const { values, positionals } = parseStepArgs(args);
  const [action, extra] = positionals;
  const hint = 'Usage: lab step ACTION --event NAME --payload FILE';
  if (!action || extra) throw new UserError('lab step takes exactly one ACTION', hint);
  if (!values.event || !values.payload)
    throw new UserError('lab step needs --event and --payload', hint);
  const { repository, url, workspace } = values;
  const token = values.token ?? process.env.LAB_TOKEN;
  return {
    root,
    action,
    event: values.event,
    payload: await readPayload(values.payload),
    inputs: readInputs(values.input),
    env: passedEnvironment(),
    onLine: (line) => process.stderr.write(`${line}\n`),
    ...(repository !== undefined && { repository }),
    ...(url !== undefined && { url: url.replace(/\/+$/, '') }),
    ...(token !== undefined && { token }),
    ...(workspace !== undefined && { workspace }),
    ...(values['timeout-ms'] !== undefined && { timeout: Number(values['timeout-ms']) }),
  };
}

function parseStepArgs(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      event: { type: 'string' },
      payload: { type: 'string' },
      input: { type: 'string', multiple: true, default: [] },
      repository: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
      workspace: { type: 'string' },
      'timeout-ms': { type: 'string' },
    },
  });
}

async function readPayload(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  } catch (error) {
    throw new UserError(
      `cannot read the payload ${file}: ${(error as Error).message}`,
      "Give a file with the webhook's JSON.",
    );
  }
}

function readInputs(pairs: readonly string[]): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UserError(`--input ${pair} has no =`, 'Write --input name=value.');
    inputs[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return inputs;
}

function passedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => passed.test(name));
  return Object.fromEntries(entries as [string, string][]);
}

function toLine(result: StepResult): Record<string, unknown> {
  const { exit, outputs, summary, annotations, wallMs } = result;
  return { exit, outputs, summary, annotations, 'wall-ms': wallMs };
}
