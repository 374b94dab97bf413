import { parse } from 'yaml';

/** The first document of a text that is no manifest of the user's: a KUBECONFIG. Throws a `YAMLParseError`. */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: 'error' });
}
