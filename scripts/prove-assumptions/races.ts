import { type Assumption, type Finding, finding, relied } from './assumption.ts';
import { type Answer, at, said } from './github.ts';
import type { Place } from './place.ts';

const writers = 5;

/** Who wins when several write at the same time. `rounds`: how often it is tried. */
export function aboutRaces(place: Place, rounds: number): Assumption[] {
  return [
    relied(
      'of several that make one ref at once, one wins',
      'one 201, all others 422, each time',
      () => creating(place, rounds),
    ),
    relied(
      'of two that move one ref at once, one wins, and the ref is where it put it',
      'one 200, all others 422, each time',
      () => moving(place, rounds, 2),
    ),
    relied(
      `of ${writers} that move one ref at once, one wins`,
      'one 200, all others 422, each time',
      () => moving(place, Math.ceil(rounds / 4), writers),
    ),
    relied(
      'updateRefs moves two refs or none, by what they were before',
      'made: 200, one stale: an error, deleted: 200',
      () => atomic(place),
    ),
  ];
}

async function creating(place: Place, rounds: number): Promise<Finding> {
  const rivals = await commits(place, writers, 'create');
  const wrong: string[] = [];
  for (let round = 0; round < Math.ceil(rounds / 4); round += 1) {
    const ref = place.ref(`race/${round}`);
    const requests = rivals.map((sha) => ({ sha, ref: `refs/${ref}` }));
    const answers = await place.github.atOnce(
      requests.map((body) => ({ method: 'POST', path: 'git/refs', body })),
    );
    wrong.push(...faults(answers, 201));
  }
  const asked = `${writers} × POST git/refs at once, ${Math.ceil(rounds / 4)} rounds`;
  return finding(
    asked,
    wrong.join('; ') || 'one 201, all others 422, each time',
    wrong.length === 0,
  );
}

async function moving(place: Place, rounds: number, count: number): Promise<Finding> {
  const ref = place.ref(`moved-by-${count}`);
  let tip = await place.commit(`moved by ${count}`);
  await place.create(ref, tip);
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const rivals = await commits(place, count, `round ${round}`, tip);
    const answers = await place.github.atOnce(
      rivals.map((sha) => ({
        method: 'PATCH',
        path: `git/refs/${ref}`,
        body: { sha, force: false },
      })),
    );
    wrong.push(...faults(answers, 200));
    const won = answers.findIndex(({ status }) => status === 200);
    const after = await settled(place, ref, rivals);
    if (won >= 0 && after !== rivals[won]) wrong.push(`the ref is at ${after}, ${rivals[won]} won`);
    tip = after ?? tip;
  }
  const asked = `${count} × PATCH at once, ${rounds} rounds`;
  return finding(
    asked,
    wrong.join('; ') || 'one 200, all others 422, each time',
    wrong.length === 0,
  );
}

/** Where the ref is once reads are no longer old. */
async function settled(place: Place, ref: string, rivals: readonly string[]) {
  for (let tries = 0; tries < 60; tries += 1) {
    const tip = await place.tip(ref);
    if (tip !== undefined && rivals.includes(tip)) return tip;
    await place.github.pause(500);
  }
  return place.tip(ref);
}

function commits(place: Place, count: number, text: string, parent?: string): Promise<string[]> {
  return Array.from({ length: count }, (_, index) => `${text}, writer ${index}`).reduce(
    async (made, each) => [...(await made), await place.commit(each, parent)],
    Promise.resolve<string[]>([]),
  );
}

function faults(answers: readonly Answer[], good: number): string[] {
  const won = answers.filter(({ status }) => status === good).length;
  const odd = answers.filter(({ status }) => status !== good && status !== 422);
  return [...(won === 1 ? [] : [`${won} won`]), ...odd.map(said)];
}

const mutation =
  'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
const zeros = '0'.repeat(40);

async function atomic(place: Place): Promise<Finding> {
  const { github } = place;
  const repositoryId = at(await github.send('GET', ''), 'node_id');
  const [one, other] = [`refs/${place.ref('two/one')}`, `refs/${place.ref('two/other')}`];
  const [first = '', second = ''] = await commits(place, 2, 'atomic');
  const update = (refUpdates: readonly object[]) =>
    github.send('POST', github.graphqlUrl, {
      body: { query: mutation, variables: { input: { repositoryId, refUpdates } } },
    });
  const made = await update([
    { name: one, beforeOid: zeros, afterOid: first },
    { name: other, beforeOid: zeros, afterOid: first },
  ]);
  const stale = await update([
    { name: one, beforeOid: first, afterOid: second, force: true },
    { name: other, beforeOid: second, afterOid: second, force: true },
  ]);
  const kept = [await place.tip(one.slice(5)), await place.tip(other.slice(5))];
  const gone = await update([{ name: one, beforeOid: first, afterOid: zeros }]);
  const isGone = (await place.tip(one.slice(5))) === undefined;
  const isRefused = at(stale, 'errors') !== undefined && kept.every((sha) => sha === first);
  const holds = at(made, 'errors') === undefined && isRefused && isGone;
  const answer = `made: ${said(made)}, one stale: ${said(stale)}, deleted: ${said(gone)}`;
  return finding('updateRefs: make two, move two with one stale, delete one', answer, holds);
}
