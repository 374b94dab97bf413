import { check, pipe, string } from 'valibot';
import { show, twoLines } from './wording.ts';

/** The name of a service: one DNS label. */
export const serviceName = pipe(
  string(),
  check(
    (name) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name),
    ({ input }) =>
      twoLines(
        `${show(input)} cannot be the name of a service`,
        'Use at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends.',
      ),
  ),
);
