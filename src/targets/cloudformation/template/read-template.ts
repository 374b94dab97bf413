import type { TemplateFacts } from './facts.ts';

/**
 * Reads a template in YAML (with CloudFormation's tags) or JSON. Throws a `UserError` with every problem and its
 * line: syntax, keys given twice, unknown sections, no resources, resources without type, references to nothing,
 * and more than 500 resources, 200 parameters or 200 outputs (quotas of the CloudFormation user guide).
 */
export function readTemplate(_text: string, _file: string): TemplateFacts {
  throw new Error('not yet');
}
