import { defaultConfiguration } from './defaults.ts';
import type { Configuration } from './schema.ts';

/** Where the configuration comes from: the name for errors, and how to get the text, if there is one. */
export interface ConfigurationSource {
  readonly file: string;
  /** `undefined`: there is no such file. */
  read(): Promise<string | undefined>;
}

/** The configuration; all defaults where there is no file. Throws a `UserError` with all that is wrong in it. */
export async function loadConfiguration(source: ConfigurationSource): Promise<Configuration> {
  const text = await source.read();
  if (text === undefined) return defaultConfiguration;
  const { parseConfiguration } = await import(/* webpackIgnore: true */ '../config/parse.ts');
  return parseConfiguration(text, source.file);
}
