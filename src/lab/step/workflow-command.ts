/** A `::name key=value::data` line, decoded. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const form = /^\s*::([^\s:]+)(?: ([^:]*))?::(.*)$/s;

/** Reads a line as the runner does (actions/runner, ActionCommand.TryParseV2); `undefined`: plain text. */
export function parseWorkflowCommand(line: string): WorkflowCommand | undefined {
  const match = form.exec(line);
  if (!match) return undefined;
  const [, name = '', properties = '', data = ''] = match;
  return { name: name.toLowerCase(), properties: readProperties(properties), data: decode(data) };
}

function readProperties(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals > 0) {
      const value = decodeProperty(pair.slice(equals + 1));
      if (value !== '') properties[pair.slice(0, equals).trim()] = value;
    }
  }
  return properties;
}

function decodeProperty(text: string): string {
  return decode(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

/** `%25` comes last, so that an encoded percent sign does not decode twice. */
function decode(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
