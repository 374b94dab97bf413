import { type Assumption, type Finding, finding, relied, told } from './assumption.ts';
import { at, type GitHub, items, said } from './github.ts';
import { listed, type Place, recordFile } from './place.ts';

/** For so long at most may a read be old, before a lease that was taken over is acted upon. */
const oldestRead = 30_000;

/** How often it is read right after a write. */
const readings = 20;

/** What is read back of refs and commits of our own, when, and who else sees it. */
export function aboutReading(place: Place): Assumption[] {
  const { github } = place;
  const first = () => place.commit('{"sequence":1}');
  return [
    relied(
      `a read after a write is old for ${oldestRead / 1000} s at most`,
      'new at first, or after 30 s at most',
      () => lag(place),
    ),
    relied('refs are listed by the beginning of their name', 'those two', async () => {
      for (const name of ['list/a', 'list/b', 'listed'])
        await place.create(place.ref(name), await first());
      const wanted = place.ref('list/');
      const found = await eventually(github, async () => {
        const refs = (await listed(github, `git/matching-refs/${wanted}`)).map(({ ref }) =>
          String(ref),
        );
        return refs.length === 2 ? refs.join(', ') : undefined;
      });
      return finding(`GET git/matching-refs/${wanted}`, found ?? 'not both', found !== undefined);
    }),
    relied('the same commit made twice is one commit', 'one commit', async () => {
      const [one, other] = [await first(), await first()];
      return finding('POST git/trees and git/commits twice', `${one} and ${other}`, one === other);
    }),
    relied(
      'a file is read by a commit that only such a ref holds',
      '200 with its text',
      async () => {
        const sha = await place.commit('{"sequence":9}');
        await place.create(place.ref('file'), sha);
        const answer = await github.send('GET', `contents/${recordFile}?ref=${sha}`);
        const text = Buffer.from(String(at(answer, 'content')), 'base64').toString();
        return finding(
          'GET contents/record.json?ref=<commit>',
          said(answer),
          text === '{"sequence":9}',
        );
      },
    ),
    relied('its chain is listed', '200, 2 commits', async () => {
      const parent = await first();
      const child = await place.commit('{"sequence":2}', parent);
      await place.create(place.ref('chain'), child);
      const answer = await github.send('GET', `commits?sha=${child}&per_page=100`);
      const shas = items(answer).map(({ sha }) => sha);
      const holds = shas.length === 2 && shas[0] === child && shas[1] === parent;
      return finding('GET commits?sha=<commit>', `${said(answer)}, ${shas.length} commits`, holds);
    }),
    relied('an answer that was seen before is not sent again', '304', () => conditional(place)),
    told('…and is not counted', '0 more used', () => uncounted(place)),
    told('git lists such refs to whoever may read', '200, listed', () => advertised(place)),
    relied('they are no branches', 'not among them', async () => {
      const names = (await listed(github, 'branches')).map(({ name }) => String(name));
      const among = names.filter((name) => name.includes(place.ref('')));
      return finding('GET branches', among.join(', ') || 'not among them', among.length === 0);
    }),
    relied('they start no workflows', '200, 0 runs', () => quiet(place)),
  ];
}

async function lag(place: Place): Promise<Finding> {
  const ref = place.ref('lag');
  let tip = await place.commit('lag 0');
  await place.create(ref, tip);
  const delays = [await delayUntil(place, ref, tip)];
  for (let move = 1; move < readings; move += 1) {
    tip = await place.commit(`lag ${move}`, tip);
    await place.move(ref, tip);
    delays.push(await delayUntil(place, ref, tip));
  }
  const longest = Math.max(...delays);
  const old = delays.filter((delay) => delay > 0).length;
  const answer = `${old} of ${delays.length} old at first, the longest for ${longest} ms`;
  return finding(
    `GET git/ref right after each of ${readings} writes`,
    answer,
    longest <= oldestRead,
  );
}

/** 0 where the first read is not old. */
async function delayUntil(place: Place, ref: string, sha: string): Promise<number> {
  const start = Date.now();
  for (let tries = 0; Date.now() - start < 2 * oldestRead; tries += 1) {
    if ((await place.tip(ref)) === sha) return tries === 0 ? 0 : Date.now() - start;
    await place.github.pause(250);
  }
  return Number.POSITIVE_INFINITY;
}

/** What `look` finds, or nothing after half a minute. */
export async function eventually<T>(
  github: GitHub,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const start = Date.now();
  do {
    const found = await look();
    if (found !== undefined) return found;
    await github.pause(500);
  } while (Date.now() - start < oldestRead);
  return undefined;
}

async function conditional(place: Place): Promise<Finding> {
  const { answer } = await askedAgain(place);
  return finding('GET with If-None-Match', said(answer), answer.status === 304);
}

async function uncounted(place: Place): Promise<Finding> {
  const { counted } = await askedAgain(place);
  return finding('GET /rate_limit before and after it', `${counted} more used`, counted === 0);
}

/** The limits are shared with all other jobs of the repository, which may count meanwhile. */
async function askedAgain({ github, ref }: Place) {
  const path = `git/ref/${ref('lag')}`;
  const etag = (await github.send('GET', path)).headers.get('etag') ?? '';
  const used = async () =>
    Number(at(await github.send('GET', '/rate_limit'), 'resources', 'core', 'used'));
  const before = await used();
  const answer = await github.send('GET', path, { headers: { 'if-none-match': etag } });
  return { answer, counted: (await used()) - before };
}

async function advertised(place: Place): Promise<Finding> {
  const { github } = place;
  const address = `${github.serverUrl}/${github.repository}.git/info/refs?service=git-upload-pack`;
  const basic = Buffer.from(`x-access-token:${github.token}`).toString('base64');
  const answer = await github.send('GET', address, {
    headers: { authorization: `Basic ${basic}` },
  });
  const isListed = String(at(answer, 'text')).includes(`refs/${place.ref('cell')}`);
  return finding('git ls-remote', `${said(answer)}, ${isListed ? '' : 'not '}listed`, isListed);
}

async function quiet(place: Place): Promise<Finding> {
  // It holds the workflows of the default branch: a commit without any could start none.
  const sha = await place.tip(place.ref('code'));
  if (sha === undefined) return finding('', 'no ref to code was made', undefined);
  const answer = await place.github.send('GET', `actions/runs?head_sha=${sha}`);
  const asked = 'GET actions/runs?head_sha=<commit> of a ref to code, made with this token';
  return finding(
    asked,
    `${said(answer)}, ${String(at(answer, 'total_count'))} runs`,
    at(answer, 'total_count') === 0,
  );
}
