import { type InferOutput, pipe, transform } from 'valibot';
import { resolveConfiguration } from './resolve.ts';
import { fileSchema } from './sections.ts';

/** `.github/understudy.yml`, from its plain values to a `Configuration`. */
export const configurationSchema = pipe(fileSchema, transform(resolveConfiguration));

/** The configuration as actions read it: every default filled in, durations in milliseconds. */
export type Configuration = InferOutput<typeof configurationSchema>;

/** Everything about previews. */
export type PreviewConfiguration = Configuration['preview'];

/** One deployable part of the repository, with all it inherits. */
export type ServiceConfiguration = PreviewConfiguration['services'][number];
