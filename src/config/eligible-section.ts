import { boolean, description, optional, picklist, pipe, rawCheck, strictObject } from 'valibot';
import { branchConflicts, labelConflicts } from './conflicts.ts';
import { defaultEligible as defaults } from './defaults.ts';
import { branchGlobs, labelNames, loginPatterns, pathGlobs, wholeNumber } from './fields.ts';
import { twoLines } from './wording.ts';

/** `preview.eligible`. */
export const eligible = pipe(
  strictObject(
    {
      branches: optional(
        pipe(
          strictObject(
            {
              include: optional(
                pipe(branchGlobs, description('Head branches that get a preview.')),
                defaults.branches.include,
              ),
              exclude: optional(
                pipe(branchGlobs, description('Head branches that do not, included or not.')),
                defaults.branches.exclude,
              ),
            },
            twoLines('a mapping', '{ include: ["**"], exclude: ["dependabot/**"] }'),
          ),
          rawCheck((section) => branchConflicts(section)),
          description('By the name of the head branch.'),
        ),
        {},
      ),
      base: optional(
        pipe(branchGlobs, description('Base branches of the pull request; empty = any.')),
        defaults.base,
      ),
      labels: optional(
        pipe(
          strictObject(
            {
              any: optional(
                pipe(labelNames, description('At least one of these is needed; empty = no need.')),
                defaults.labels.any,
              ),
              none: optional(
                pipe(labelNames, description('With any of these there is no preview.')),
                defaults.labels.none,
              ),
            },
            twoLines('a mapping', '{ any: [preview] }'),
          ),
          rawCheck((section) => labelConflicts(section)),
          description('By the labels of the pull request.'),
        ),
        {},
      ),
      drafts: optional(
        pipe(
          boolean(twoLines('true or false', 'true')),
          description('Whether draft pull requests get a preview.'),
        ),
        defaults.drafts,
      ),
      authors: optional(
        pipe(
          strictObject(
            {
              include: optional(
                pipe(loginPatterns, description('Only these authors; empty = anyone.')),
                defaults.authors.include,
              ),
              exclude: optional(
                pipe(loginPatterns, description('Never these authors.')),
                defaults.authors.exclude,
              ),
            },
            twoLines('a mapping', '{ exclude: ["*[bot]"] }'),
          ),
          description('By the author’s login; `*` stands for any characters.'),
        ),
        {},
      ),
      forks: optional(
        pipe(
          picklist(['never', 'approved'], twoLines('a rule for forks', 'approved')),
          description(
            'Pull requests from forks: `never`, or `approved` for the very commit by someone with write access.',
          ),
        ),
        defaults.forks,
      ),
      paths: optional(
        pipe(
          pathGlobs,
          description('A pull request that touches none of these is skipped; empty = any.'),
        ),
        defaults.paths,
      ),
      max: optional(
        pipe(
          wholeNumber(1, 1000, 20),
          description('How many previews may be live at once; the newest waits, and says so.'),
        ),
        defaults.max,
      ),
    },
    twoLines('a mapping', '{ drafts: false }'),
  ),
  description('Which pull requests get a preview.'),
);
