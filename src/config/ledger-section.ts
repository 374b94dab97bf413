import { description, metadata, pipe, strictObject } from 'valibot';
import { placeKind } from '../ledger/git-place.ts';
import { ruled } from './cloudformation-fields.ts';
import type { Fault } from './rule.ts';
import { show, twoLines } from './wording.ts';

const example = 'ssh://git@git.example.com/team/app-ledger.git';
const advice = `Write an address, as ${example}, a folder from the root of the machine, as /srv/app-ledger.git, or the name of a remote, as origin.`;

/** What is wrong with the place of a ledger; what logs in with it is not shown. */
export function ledgerPlaceFault(place: string): Fault | undefined {
  if (holdsSecret(place))
    return {
      wrong: 'this address holds a password or token, and the file is in the repository',
      next: 'Remove what stands before the @; git logs in with what it is given on the runner.',
    };
  const kind = placeKind(place);
  return kind === undefined
    ? { wrong: `${show(place)} ${whyRefused(place)}`, next: advice }
    : undefined;
}

/** Over https even a name alone is a token, as often as not. */
function holdsSecret(place: string): boolean {
  return /^https?:\/\/[^/]*@/i.test(place) || /:\/\/[^/@]*:[^/]*@/.test(place);
}

function whyRefused(place: string): string {
  if (place.startsWith('-')) return 'begins with a dash, which git would take for an option';
  const [, helper] = /^([\w.+-]+)::/.exec(place) ?? [];
  if (helper)
    return `has git run a program (${helper}::), and only https, ssh and folders are allowed`;
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(place) ?? [];
  if (scheme && !/^(?:https|ssh|file)$/i.test(scheme))
    return `goes over ${scheme}, and only https, ssh and file are allowed`;
  if (!scheme && /^[.~]|\//.test(place)) return 'is a folder that is not named from the root';
  return 'is neither an address nor a folder nor the name of a remote';
}

/** Where what was promised is written down. */
export const ledger = pipe(
  strictObject(
    {
      git: pipe(
        ruled(
          'address, folder or remote',
          'an address, a folder or the name of a remote',
          `"${example}"`,
          ledgerPlaceFault,
        ),
        description(
          'What git pushes to: an address by https or ssh, a folder from the root of a self-hosted runner, or the name of a remote of the checkout.',
        ),
        metadata({ examples: [example, '/srv/app-ledger.git', 'origin'] }),
      ),
    },
    twoLines('a mapping', `{ git: "${example}" }`),
  ),
  description(
    'Where promotions are written down. Absent: in this repository, by the API of GitHub.',
  ),
);
