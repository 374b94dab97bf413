import { type Assumption, type Finding, finding, relied, told } from './assumption.ts';
import { newCell } from './cells.ts';
import { type Answer, at, items, said } from './github.ts';
import type { Place } from './place.ts';
import { eventually } from './reading.ts';

const mutation =
  'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
const absent = '0'.repeat(40);

interface Update {
  readonly name: string;
  readonly beforeOid: string;
  readonly afterOid: string;
  readonly force?: boolean;
}

/** GraphQL's `updateRefs` compares the old value where REST does not: a move by force, a deletion. */
export function aboutBranches(place: Place): Assumption[] {
  return [
    relied(
      'updateRefs moves a branch by force from where it is said to be',
      '200, and it is where it should be',
      async () => {
        const { name, one, other } = await newBranch(place, 'forced');
        const answer = await update(place, { name, beforeOid: one, afterOid: other, force: true });
        return outcome(place, 'updateRefs, force', answer, { name, at: other, done: true });
      },
    ),
    relied(
      'updateRefs moves no branch that is elsewhere',
      'an error, and it is where it should be',
      async () => {
        const { name, one, other } = await newBranch(place, 'kept');
        const answer = await update(place, {
          name,
          beforeOid: other,
          afterOid: other,
          force: true,
        });
        return outcome(place, 'updateRefs, force, old value', answer, {
          name,
          at: one,
          done: false,
        });
      },
    ),
    relied(
      'updateRefs deletes no branch that is elsewhere',
      'an error, and it is where it should be',
      async () => {
        const { name, one, other } = await newBranch(place, 'stays');
        const answer = await update(place, { name, beforeOid: other, afterOid: absent });
        return outcome(place, 'updateRefs to zeros, old value', answer, {
          name,
          at: one,
          done: false,
        });
      },
    ),
    relied(
      'updateRefs deletes a branch that is where it is said to be',
      '200, and it is where it should be',
      async () => {
        const { name, one } = await newBranch(place, 'gone');
        const answer = await update(place, { name, beforeOid: one, afterOid: absent });
        const wanted = { name, at: undefined, done: true };
        return outcome(place, 'updateRefs to zeros', answer, wanted);
      },
    ),
    told(
      'updateRefs moves refs outside of branches, from where they are said to be',
      '200, and it is where it should be',
      async () => {
        const { ref, root } = await newCell(place, 'by-graphql');
        const child = await place.commit('child', root);
        const name = `refs/${ref}`;
        const answer = await update(place, { name, beforeOid: root, afterOid: child });
        return outcome(place, 'updateRefs to a child', answer, { name, at: child, done: true });
      },
    ),
    told(
      'updateRefs moves no ref outside of branches that is elsewhere',
      'an error, and it is where it should be',
      async () => {
        const { ref, root } = await newCell(place, 'not-by-graphql');
        const child = await place.commit('child', root);
        const last = await place.commit('grandchild', child);
        await place.move(ref, child);
        const name = `refs/${ref}`;
        const answer = await update(place, { name, beforeOid: root, afterOid: last });
        const asked = 'updateRefs to a grandchild, old value';
        return outcome(place, asked, answer, { name, at: child, done: false });
      },
    ),
  ];
}

/** At one of two commits of which neither is the other's ancestor. */
async function newBranch(place: Place, name: string) {
  const root = await place.commit(`root of ${name}`);
  const [one, other] = [await place.commit('one', root), await place.commit('other', root)];
  const ref = `heads/${place.branch(name)}`;
  const answer = await place.create(ref, one);
  if (answer.status !== 201) throw new Error(`${ref} was not made: ${said(answer)}`);
  return { name: `refs/${ref}`, one, other };
}

async function update({ github }: Place, ...refUpdates: readonly Update[]): Promise<Answer> {
  const repositoryId = at(await github.send('GET', ''), 'node_id');
  const variables = { input: { repositoryId, refUpdates } };
  return github.send('POST', github.graphqlUrl, { body: { query: mutation, variables } });
}

interface Wanted {
  readonly name: string;
  /** `undefined` = nowhere. */
  readonly at: string | undefined;
  readonly done: boolean;
}

async function outcome(
  place: Place,
  asked: string,
  answer: Answer,
  { name, at: wanted, done }: Wanted,
): Promise<Finding> {
  const isThere = await eventually(place.github, async () =>
    (await place.tip(name.slice('refs/'.length))) === wanted ? true : undefined,
  );
  const isDone = items(answer, 'errors').length === 0 && answer.status === 200;
  const words = `${said(answer)}, and it is ${isThere ? '' : 'not '}where it should be`;
  return finding(asked, words, isThere === true && isDone === done);
}
