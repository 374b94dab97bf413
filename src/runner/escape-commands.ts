/**
 * Text that the runner reads no workflow command in: it looks for `::` at the start of a line and `##[` anywhere
 * (actions/runner, ActionCommand.cs). A zero-width space breaks both.
 */
export function escapeCommands(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/^([\s\u0085]*):(?=:)/, '$1:\u200b')
    .replace(/##\[/g, '##\u200b[');
}
