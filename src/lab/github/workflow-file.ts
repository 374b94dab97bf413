import { parse } from 'yaml';
import { ApiError } from './api-error.ts';
import { isObject } from './body.ts';

/** What a dispatch goes by. */
export interface WorkflowFile {
  readonly name: string | undefined;
  readonly runName: string | undefined;
  /** Declared inputs of `workflow_dispatch`; `undefined` = it has no such trigger. */
  readonly inputs: Readonly<Record<string, DeclaredInput>> | undefined;
}

interface DeclaredInput {
  readonly required: boolean;
  readonly default: string | undefined;
}

/** Reads a workflow as far as dispatches need it. One that is no YAML has no trigger. */
export function readWorkflow(text: string): WorkflowFile {
  const document = parsed(text);
  const whole = isObject(document) ? document : {};
  const { name, 'run-name': runName, on } = whole;
  return {
    name: typeof name === 'string' ? name : undefined,
    runName: typeof runName === 'string' ? runName : undefined,
    inputs: inputsOf(on),
  };
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function inputsOf(on: unknown): WorkflowFile['inputs'] {
  const named =
    on === 'workflow_dispatch' || (Array.isArray(on) && on.includes('workflow_dispatch'));
  if (named) return {};
  if (!isObject(on) || !Object.hasOwn(on, 'workflow_dispatch')) return undefined;
  const trigger = on.workflow_dispatch;
  const inputs = isObject(trigger) && isObject(trigger.inputs) ? trigger.inputs : {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, given]) => [name, inputOf(isObject(given) ? given : {})]),
  );
}

function inputOf(given: Record<string, unknown>): DeclaredInput {
  const { required, default: value } = given;
  return { required: required === true, default: value === undefined ? undefined : String(value) };
}

/** The inputs of a run with their defaults. Throws GitHub's 422 for what the workflow does not take. */
export function acceptInputs(
  { inputs: declared }: WorkflowFile,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (!declared) throw new ApiError(422, "Workflow does not have 'workflow_dispatch' trigger");
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0)
    throw new ApiError(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const accepted: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default;
    if (value === undefined && input.required)
      throw new ApiError(422, `Required input '${name}' not provided`);
    if (value !== undefined) accepted[name] = value;
  }
  return accepted;
}

/** A run's title: `run-name` with its inputs; other expressions become empty. */
export function titleOf(
  { name, runName }: WorkflowFile,
  file: string,
  inputs: Readonly<Record<string, unknown>>,
): string {
  const title = runName?.replaceAll(/\$\{\{(.*?)\}\}/g, (_all, expression: string) => {
    const input = /^\s*(?:github\.event\.)?inputs(?:\.([\w-]+)|\['([\w-]+)'\])\s*$/.exec(
      expression,
    );
    return String(inputs[input?.[1] ?? input?.[2] ?? ''] ?? '');
  });
  return title?.trim() || name || file;
}
