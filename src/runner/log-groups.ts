import { escapeCommands } from './escape-commands.ts';
import { workflowCommand } from './workflow-commands.ts';

/** Parts of the log that people can fold. GitHub's do not nest: a group ends the one before it. */
export interface LogGroups {
  /** What is logged from here on belongs to the group, until the next one or its end. */
  group(title: string): void;
  /** Nothing where no group is open. */
  endGroup(): void;
}

/** Groups by workflow commands; `say` writes one line. */
export function logGroups(say: (line: string) => void): LogGroups {
  let open = false;
  const endGroup = () => {
    if (open) say(workflowCommand('endgroup', ''));
    open = false;
  };
  return {
    endGroup,
    group(title) {
      endGroup();
      open = true;
      say(workflowCommand('group', escapeCommands(title)));
    },
  };
}
