import { type Assumption, type Finding, relied, told } from './assumption.ts';
import { all, newCell } from './cells.ts';
import { at } from './github.ts';
import type { Place } from './place.ts';

/** How names of refs are written, and which are taken. */
export function aboutNames(place: Place): Assumption[] {
  return [
    relied(
      'names of cells and witnesses are taken, percent-encoded as a whole',
      '200 of that ref',
      () => encoded(place),
    ),
    told('the body names a ref with refs/, the path without', '422, then 404, then 422', () =>
      spelt(place),
    ),
    told('a ref that is a folder of refs is refused', '422', async () => {
      const { root } = await newCell(place, 'folder/file');
      return all('POST git/refs of a folder', [await place.create(place.ref('folder'), root), 422]);
    }),
    told('a ref to a commit that nobody knows is refused', '422', async () => {
      const answer = await place.create(place.ref('nothing'), '1'.repeat(40));
      return all('POST git/refs at 1111…', [answer, 422]);
    }),
    relied('a ref to code whose workflow files are known is made', '201, then 201', async () => {
      const { github } = place;
      const branch = String(at(await github.send('GET', ''), 'default_branch'));
      const tip = await github.send('GET', `branches/${encodeURIComponent(branch)}`);
      const tree = at(tip, 'commit', 'commit', 'tree', 'sha');
      const body = { message: 'Known', tree, parents: [at(tip, 'commit', 'sha')] };
      const code = await github.send('POST', 'git/commits', { body });
      const answer = await place.create(place.ref('code'), String(at(code, 'sha')));
      return all('POST git/refs of the default branch’s files', [code, 201], [answer, 201]);
    }),
  ];
}

/** The client sends `git/refs/understudy%2Fpromotion%2Fapp%2Bseen`. */
async function encoded(place: Place): Promise<Finding> {
  const { ref, root } = await newCell(place, 'production-eu.0a1b2c3d+seen');
  const body = { sha: await place.commit('next', root), force: false };
  const path = `git/refs/${encodeURIComponent(ref)}`;
  const answer = await place.github.send('PATCH', path, { body });
  const found = all('POST, PATCH git/refs/understudy%2F…%2Bseen', [answer, 200]);
  return { ...found, holds: found.holds === true && at(answer, 'ref') === `refs/${ref}` };
}

async function spelt(place: Place): Promise<Finding> {
  const { ref, root } = await newCell(place, 'spelt');
  const [post, patch] = [{ body: { ref, sha: root } }, { body: { sha: root, force: false } }];
  return all(
    'POST without refs/; GET and PATCH with it',
    [await place.github.send('POST', 'git/refs', post), 422],
    [await place.github.send('GET', `git/ref/refs/${ref}`), 404],
    [await place.github.send('PATCH', `git/refs/refs/${ref}`, patch), 422],
  );
}
