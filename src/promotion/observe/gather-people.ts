import { UserError } from '../../core/user-error.ts';
import type { Person, PromotionFacts } from '../facts.ts';
import { isAmong, teamsIn } from '../gates/approval.ts';
import { contextOf, type Known } from '../stage-context.ts';
import { askPerson } from './ask-person.ts';
import { candidateVersions } from './candidate-versions.ts';
import { wordsOf } from './observe-stage.ts';
import type { Looking } from './stage-view.ts';

/** Someone who approved, and what each stage where they did asks for. */
interface Approver {
  readonly login: string;
  readonly by: readonly (readonly string[])[];
}

/** What approvals are judged by: of people who approved what may start now, where it is not their name that counts. */
export async function gatherPeople(
  known: Known,
  looking: Looking,
): Promise<PromotionFacts['people']> {
  const people = await Promise.all(
    approversOf(known).map(async (approver): Promise<[string, Person][]> => {
      const person = await personOf(approver, looking).catch((cause: unknown) => {
        for (const problem of problemsOf(cause, approver.login)) looking.warn(problem);
        return undefined;
      });
      return person ? [[approver.login, person]] : [];
    }),
  );
  return Object.fromEntries(people.flat());
}

function approversOf(known: Known): readonly Approver[] {
  const approvers = new Map<string, (readonly string[])[]>();
  for (const { name, gates } of known.pipeline.stages) {
    const by = gates.approval?.by;
    if (!by) continue;
    const context = contextOf(known, name);
    const versions = new Set(candidateVersions(context));
    for (const approval of context.record.approvals) {
      const isOpen =
        versions.has(approval.version) && isAmong(by, approval.by, undefined) === undefined;
      if (isOpen) approvers.set(approval.by, [...(approvers.get(approval.by) ?? []), by]);
    }
  }
  return [...approvers].map(([login, each]) => ({ login, by: each }));
}

/** `undefined` where a team that would decide may not be asked: without it, someone in it would count as not in it. */
async function personOf(
  { login, by }: Approver,
  { repository: { people } }: Looking,
): Promise<Person | undefined> {
  const { person, doubtful } = await askPerson(people, login, teamsIn([...new Set(by.flat())]));
  return doubtful.length === 0 || by.every((each) => isAmong(each, login, person))
    ? person
    : undefined;
}

function problemsOf(cause: unknown, login: string) {
  if (cause instanceof UserError) return cause.problems;
  const message = `what ${login} may do here could not be read: ${wordsOf(cause)}`;
  return [{ message, hint: 'The next run asks again.' }];
}
