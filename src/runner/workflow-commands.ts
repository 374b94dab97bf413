import { appendFileSync } from 'node:fs';
import type { Environment } from './environment.ts';

/** Properties of an annotation, as docs.github.com "Workflow commands for GitHub Actions" names them. */
export interface AnnotationProperties {
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly col?: number;
}

/** The commands that this suite gives; `add-mask` hides a value in all that follows. Groups do not nest. */
export type CommandName =
  | 'error'
  | 'warning'
  | 'notice'
  | 'debug'
  | 'add-mask'
  | 'group'
  | 'endgroup';

/**
 * One workflow command as a line for standard output. Written here and not taken from `@actions/core`, whose
 * `node:crypto` alone would double the time that compute-preview-id takes.
 */
export function workflowCommand(
  name: CommandName,
  message: string,
  properties: AnnotationProperties = {},
): string {
  const listed = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name}${listed.length > 0 ? ` ${listed.join(',')}` : ''}::${escapeData(message)}`;
}

/** Hands an output to the runner. Without GITHUB_OUTPUT there is no runner, and nothing is written. */
export function writeOutput(environment: Environment, name: string, value: string): void {
  const file = environment.GITHUB_OUTPUT;
  if (file) appendFileSync(file, fileCommand(name, value));
}

/** Adds Markdown to the summary of the step. Without GITHUB_STEP_SUMMARY nothing is written. */
export function writeSummary(environment: Environment, markdown: string): void {
  const file = environment.GITHUB_STEP_SUMMARY;
  if (file) appendFileSync(file, `${markdown}\n`);
}

/** `name<<DELIMITER`, the value, `DELIMITER`. The value is known here, so a delimiter outside it can be chosen. */
export function fileCommand(name: string, value: string): string {
  let delimiter = 'ghadelimiter';
  while (value.includes(delimiter)) delimiter += '_';
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Escapes of actions/toolkit, `packages/core/src/command.ts`, which the runner undoes. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
