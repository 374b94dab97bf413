import { check } from 'valibot';
import { twoLines } from './wording.ts';

/** What is wrong with a text, and the next step. */
export interface Fault {
  readonly wrong: string;
  readonly next: string;
}

/** A rule of ours on a text: what is wrong with it (`undefined` = nothing), and the next step. */
export function rule(fault: (text: string) => Fault | undefined) {
  return check<string, (issue: { input: string }) => string>(
    (text) => fault(text) === undefined,
    ({ input }) => {
      const { wrong, next } = fault(input) ?? { wrong: '', next: '' };
      return twoLines(wrong, next);
    },
  );
}
