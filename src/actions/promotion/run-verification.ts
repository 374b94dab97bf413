import { redactor, secretsIn } from '../../core/redact.ts';
import { start } from '../../core/start.ts';
import { refuseSecrets } from '../../ledger/secret-check.ts';
import type { Verified } from '../../promotion/move-on.ts';
import type { Ask } from '../../promotion/observe/ports.ts';
import type { VerificationRun } from '../../promotion/settings.ts';
import { renderText } from '../../promotion/ways/texts.ts';
import type { Environment } from '../../runner/environment.ts';
import { verifyByCommand } from './verify-command.ts';

/** What verifications are run with. */
export interface VerificationTools {
  readonly ask: Ask;
  readonly workspace: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly token: string;
}

/** What of a version texts may name, by placeholder. */
export type VersionValues = Readonly<Record<string, string>>;

const longestEvidence = 500;

/** Looks whether a version is right. Throws nothing: what goes wrong is a result, and shows no secret of the run. */
export async function runVerification(
  run: VerificationRun,
  values: VersionValues,
  tools: VerificationTools,
): Promise<Verified> {
  const secrets = [tools.token, ...secretsIn(tools.environment)];
  const hide = redactor(secrets);
  const { result, evidence } =
    run.kind === 'http'
      ? await askFor(run, values, tools.ask)
      : await execute(run, values, tools, hide);
  return { result, evidence: presentable(start(hide(evidence), longestEvidence), secrets) };
}

async function askFor(
  { url, expect, timeout }: Extract<VerificationRun, { kind: 'http' }>,
  values: VersionValues,
  ask: Ask,
): Promise<Verified> {
  const encoded = Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]);
  const address = renderText(url, Object.fromEntries(encoded));
  try {
    const { status } = await ask(address, timeout);
    const isRight = expect === undefined ? status >= 200 && status < 400 : status === expect;
    return { result: isRight ? 'passed' : 'failed', evidence: `${address} answered ${status}` };
  } catch (cause) {
    return { result: 'unknown', evidence: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The version is in the environment as well, so that no argument has to be taken for it. */
function execute(
  { command, timeout }: Extract<VerificationRun, { kind: 'command' }>,
  values: VersionValues,
  { workspace, environment, signal }: VerificationTools,
  hide: (text: string) => string,
): Promise<Verified> {
  const named = Object.entries(values).map(([name, value]) => [
    `UNDERSTUDY_${name.toUpperCase().replaceAll('-', '_')}`,
    value,
  ]);
  return verifyByCommand({
    command: command.map((argument) => renderText(argument, values)),
    timeout,
    directory: workspace,
    environment: { ...withoutRunner(environment), ...Object.fromEntries(named) },
    signal,
    hide,
  });
}

/** What lets a process speak for this step is not handed on: its inputs, its files and the runner's own tokens. */
function withoutRunner(environment: Environment): Environment {
  const files = [
    'GITHUB_OUTPUT',
    'GITHUB_ENV',
    'GITHUB_PATH',
    'GITHUB_STATE',
    'GITHUB_STEP_SUMMARY',
  ];
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(?:INPUT_|ACTIONS_)/.test(name) && !files.includes(name),
  );
  return Object.fromEntries(kept);
}

/** The ledger refuses whole records over a text that looks like a credential. */
function presentable(evidence: string, secrets: readonly string[]): string {
  try {
    refuseSecrets(evidence, secrets);
    return evidence;
  } catch {
    return 'what it said looks like a secret, and is not kept';
  }
}
