type Mapping = Readonly<Record<string, unknown>>;

/** A pipeline as far as it can be read: what is wrong with a value by itself is told elsewhere. */
export interface PipelineView {
  readonly versions: Mapping;
  readonly stages: readonly StageView[];
}

/** One stage of it. */
export interface StageView {
  /** In the list of the file. */
  readonly index: number;
  readonly given: Mapping;
  readonly name: string | undefined;
  readonly after: readonly string[];
  readonly environment: string | undefined;
  readonly gates: Mapping;
  readonly via: string | Mapping | undefined;
  readonly observe: string | Mapping | undefined;
}

/** Reads what a section has, trusting nothing of it. */
export function readPipeline(value: unknown): PipelineView {
  const { versions, stages } = mapping(value);
  const list = Array.isArray(stages) ? stages : [];
  return { versions: mapping(versions), stages: list.map(readStage) };
}

function readStage(value: unknown, index: number): StageView {
  const given = mapping(value);
  const name = text(given.name);
  const after = Array.isArray(given.after) ? given.after : [given.after];
  return {
    index,
    given,
    name,
    after: after.filter((each): each is string => typeof each === 'string'),
    environment: text(given.environment) ?? name,
    gates: mapping(given.gates),
    via: textOrMapping(given.via),
    observe: textOrMapping(given.observe),
  };
}

/** The mapping at a key, empty where there is none. */
export function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : {};
}

/** The value, if it is a text. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textOrMapping(value: unknown): string | Mapping | undefined {
  return typeof value === 'string' || value === undefined ? value : mapping(value);
}
