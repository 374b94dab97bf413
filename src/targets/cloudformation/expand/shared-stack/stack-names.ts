import type { Stack } from '@aws-sdk/client-cloudformation';
import { renderTemplate, type TemplateValues } from '../../../../core/template.ts';
import { fillIn, type KnownNames } from './image-reference.ts';

const arnForm = /^arn:([^:]+):cloudformation:([^:]+):(\d+):stack\//;

/**
 * What stands for names in the template of a stack: its parameters as they are (secrets are starred out by
 * CloudFormation) or are about to be, and its pseudo parameters.
 */
export function knownNames(
  stack: Stack | undefined,
  changed: ReadonlyMap<string, string> = new Map(),
): KnownNames {
  const known = new Map<string, string>();
  for (const { ParameterKey, ParameterValue, ResolvedValue } of stack?.Parameters ?? []) {
    const value = ResolvedValue ?? ParameterValue;
    if (ParameterKey && value !== undefined && value !== '****') known.set(ParameterKey, value);
  }
  for (const [name, value] of changed) known.set(name, value);
  const [, partition, region, account] = arnForm.exec(stack?.StackId ?? '') ?? [];
  if (partition && region && account) {
    known.set('AWS::Partition', partition);
    known.set('AWS::Region', region);
    known.set('AWS::AccountId', account);
    known.set('AWS::URLSuffix', partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com');
  }
  if (stack?.StackName) known.set('AWS::StackName', stack.StackName);
  if (stack?.StackId) known.set('AWS::StackId', stack.StackId);
  return known;
}

/** Where a preview will be: the domain of its listener rule where that is known, else the configured host. */
export function addressOf(
  domain: string,
  values: TemplateValues,
  known: KnownNames,
  configured: string,
): string | undefined {
  const host = fillIn(renderTemplate(domain, values), known) ?? configured;
  return host === '' ? undefined : `https://${host}`;
}

const outputForm = /^output:(.+)$/;

/** The address that the memory gives, where it names an output looked up in the stack. */
export function resolveAddress(url: string | undefined, stack: Stack | undefined): string {
  const [, output] = outputForm.exec(url ?? '') ?? [];
  if (output === undefined) return url ?? '';
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue ?? '';
}
