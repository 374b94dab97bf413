import { type Assumption, finding, relied, told } from './assumption.ts';
import { type Answer, at, said } from './github.ts';
import type { Place } from './place.ts';

const nowhere = '1'.repeat(40);

/** Refs of a namespace of our own, and what GitHub says when they cannot be made or moved. */
export function aboutRefs(place: Place): Assumption[] {
  const cell = place.ref('cell');
  const chain: string[] = [];
  return [
    relied('a ref outside of branches and tags can be made', '201', async () => {
      chain.push(await place.commit('{"sequence":1}'));
      const answer = await place.create(cell, chain[0] ?? '');
      return finding(`POST git/refs refs/${cell}`, said(answer), answer.status === 201);
    }),
    relied('making it once more is refused', '422 Reference already exists', async () => {
      const other = await place.commit('{"sequence":1,"rival":true}');
      const answer = await place.create(cell, other);
      const holds = says(answer, 422, 'Reference already exists');
      return finding('POST git/refs, the same name', said(answer), holds);
    }),
    relied('a child moves it, and the answer says where it is', '200', async () => {
      chain.push(await place.commit('{"sequence":2}', chain[0]));
      const answer = await place.move(cell, chain[1] ?? '');
      const holds = answer.status === 200 && at(answer, 'object', 'sha') === chain[1];
      return finding('PATCH, force false, a child', said(answer), holds);
    }),
    relied(
      'a rival that is no descendant is refused, and nothing moves',
      '422 Update is not a fast forward',
      async () => {
        const rival = await place.commit('{"sequence":2,"rival":true}', chain[0]);
        const answer = await place.move(cell, rival);
        const stays = (await place.tip(cell)) === chain[1];
        const holds = says(answer, 422, 'Update is not a fast forward') && stays;
        return finding('PATCH, force false, a child of what was there before', said(answer), holds);
      },
    ),
    relied('the same move once more is answered as if it were done', '200', async () => {
      const answer = await place.move(cell, chain[1] ?? '');
      return finding('PATCH to where it is', said(answer), answer.status === 200);
    }),
    ...refusals(place, chain),
    relied(
      'a deleted ref is gone, and deleting it again is refused',
      '204, then 422 Reference does not exist, then 201',
      () => deleting(place, chain[0] ?? ''),
    ),
  ];
}

function refusals(place: Place, chain: readonly string[]): Assumption[] {
  const [cell, absent] = [place.ref('cell'), place.ref('absent')];
  return [
    relied('a ref that is not there is not moved', '422 Reference does not exist', async () => {
      const answer = await place.move(absent, chain[1] ?? '');
      const holds = says(answer, 422, 'Reference does not exist');
      return finding('PATCH of no ref', said(answer), holds);
    }),
    relied('a ref that is not there is not found', '404', async () => {
      const answer = await place.github.send('GET', `git/ref/${absent}`);
      return finding('GET git/ref of no ref', said(answer), answer.status === 404);
    }),
    relied('a commit that nobody knows is refused', '422 Object does not exist', async () => {
      const answer = await place.move(cell, nowhere);
      const holds = says(answer, 422, 'Object does not exist');
      return finding('PATCH to 1111…', said(answer), holds);
    }),
    relied('a ref below another ref is refused', '422', async () => {
      const answer = await place.create(`${cell}/below`, chain[0] ?? '');
      return finding('POST git/refs of a name below it', said(answer), answer.status === 422);
    }),
    told('hidden refs are refused', '422', async () => {
      const answer = await place.create('pull/999999999/head', chain[0] ?? '');
      const asked = 'POST git/refs refs/pull/999999999/head';
      return finding(asked, said(answer), answer.status === 422);
    }),
    told(
      'a commit that brings in a workflow is refused to a workflow’s token',
      '403 or another refusal',
      () => bringing(place),
    ),
  ];
}

async function bringing(place: Place) {
  const { github } = place;
  const path = '.github/workflows/never.yml';
  const content = `on: workflow_dispatch\nname: ${place.ref('never')}\njobs: {}\n`;
  const tree = await github.send('POST', 'git/trees', {
    body: { tree: [{ path, mode: '100644', type: 'blob', content }] },
  });
  const body = { message: 'never', tree: at(tree, 'sha'), parents: [] };
  const made = await github.send('POST', 'git/commits', { body });
  const sha = at(made, 'sha');
  const answer = typeof sha === 'string' ? await place.create(place.ref('never'), sha) : made;
  const asked = 'POST git/refs of a commit with a new file in .github/workflows';
  return finding(asked, said(answer), answer.status >= 400);
}

async function deleting(place: Place, sha: string) {
  const ref = place.ref('gone');
  await place.create(ref, sha);
  const first = await place.github.send('DELETE', `git/refs/${ref}`);
  const second = await place.github.send('DELETE', `git/refs/${ref}`);
  const again = await place.create(ref, sha);
  const isRefused = says(second, 422, 'Reference does not exist');
  const holds = first.status === 204 && isRefused && again.status === 201;
  const answer = [first, second, again].map(said).join(', then ');
  return finding('DELETE git/refs twice, then POST', answer, holds);
}

function says(answer: Answer, status: number, words: string): boolean {
  return answer.status === status && String(at(answer, 'message')).startsWith(words);
}
