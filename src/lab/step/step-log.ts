import type { Masks } from './masks.ts';
import type { Annotation } from './step.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-command.ts';

/** How many annotations of one level the runner keeps of a step. */
const annotationLimit = 10;
/** Where GitHub cuts an annotation's message. */
const messageLimit = 4096;

/** Turns what a process prints into a log, annotations and legacy outputs, as the runner does. */
export class StepLog {
  readonly lines: string[] = [];
  readonly annotations: Annotation[] = [];
  /** From `::set-output::`, which still works and warns. */
  readonly outputs: Record<string, string> = {};
  #stopToken: string | undefined;
  readonly #masks: Masks;
  readonly #debug: boolean;
  readonly #onLine: (line: string) => void;

  constructor(masks: Masks, debug: boolean, onLine: (line: string) => void) {
    this.#masks = masks;
    this.#debug = debug;
    this.#onLine = onLine;
  }

  /** Takes one line of the process's output. */
  take(line: string): void {
    const command = parseWorkflowCommand(line);
    if (this.#stopToken !== undefined) {
      if (command?.name === this.#stopToken) this.#stopToken = undefined;
      else this.#write(line);
    } else if (!command || !this.#carryOut(command)) this.#write(line);
  }

  /** Adds an annotation and its line in the log; beyond ten of a level only the line. */
  annotate(annotation: Annotation): void {
    const message = this.#masks.hide(annotation.message).slice(0, messageLimit);
    const same = this.annotations.filter(({ level }) => level === annotation.level);
    if (same.length < annotationLimit) this.annotations.push({ ...annotation, message });
    this.#write(`##[${annotation.level}]${annotation.message}`);
  }

  /** A fault that the runner itself found. */
  error(message: string): void {
    this.annotate({ level: 'error', message });
  }

  #carryOut({ name, properties, data }: WorkflowCommand): boolean {
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(toAnnotation(name, properties, data));
        return true;
      case 'add-mask':
        if (data.trim() === '') this.#warn("Can't add secret mask for empty string.");
        else this.#masks.add(data);
        return true;
      case 'debug':
        if (this.#debug) this.#write(`##[debug]${data}`);
        return true;
      case 'group':
      case 'endgroup':
        this.#write(`##[${name}]${data}`);
        return true;
      case 'stop-commands':
        this.#stopToken = data.toLowerCase();
        return true;
      default:
        return this.#carryOutLegacy({ name, properties, data });
    }
  }

  #carryOutLegacy({ name, properties, data }: WorkflowCommand): boolean {
    if (name === 'set-env' || name === 'add-path') {
      this.error(
        `The \`${name}\` command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution.`,
      );
      return true;
    }
    if (name === 'set-output' && properties.name) this.outputs[properties.name] = data;
    else if (name !== 'save-state') return name === 'echo';
    this.#warn(
      `The \`${name}\` command is deprecated and will be disabled soon. Please upgrade to using Environment Files.`,
    );
    return true;
  }

  #warn(message: string): void {
    this.annotate({ level: 'warning', message });
  }

  #write(text: string): void {
    for (const line of this.#masks.hide(text).split(/\r\n|\r|\n/)) {
      this.lines.push(line);
      this.#onLine(line);
    }
  }
}

function toAnnotation(
  level: Annotation['level'],
  properties: Readonly<Record<string, string>>,
  message: string,
): Annotation {
  const { title, file, line, endLine, col, endColumn } = properties;
  const numbers = { line, endLine, column: col, endColumn };
  const places = Object.entries(numbers).filter(([, text]) => /^\d+$/.test(text ?? ''));
  return {
    level,
    message,
    ...(title !== undefined && { title }),
    ...(file !== undefined && { file }),
    ...Object.fromEntries(places.map(([name, text]) => [name, Number(text)])),
  };
}
