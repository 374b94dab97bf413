import { type Assumption, type Finding, finding, relied, told } from './assumption.ts';
import { at, items, said } from './github.ts';
import type { Place } from './place.ts';
import { eventually } from './reading.ts';

const notAllowed = /not permitted to create/;

/** Pull requests between two branches of our own: nothing of anyone else's is touched. */
export function aboutPulls(place: Place): Assumption[] {
  const { github } = place;
  const [base, head] = [place.branch('base'), place.branch('head')];
  const owner = github.repository.split('/')[0] ?? '';
  const listPath = `pulls?state=open&head=${owner}:${head}&base=${base}&per_page=100`;
  let pull: unknown;
  let tip = '';
  const open = () =>
    github.send('POST', 'pulls', {
      body: { title: 'Prove', head, base, body: 'Closed in a moment.' },
    });
  const ifOpen = (name: string, expected: string, ask: () => Promise<Finding>) =>
    relied(name, expected, async () =>
      pull === undefined ? finding('', 'no pull request could be opened', undefined) : ask(),
    );
  return [
    relied('a pull request is opened', '201', async () => {
      const first = await place.commit('pull base');
      tip = await place.commit('pull head', first);
      await place.create(`heads/${base}`, first);
      await place.create(`heads/${head}`, tip);
      const answer = await open();
      pull = at(answer, 'number');
      const isForbidden = notAllowed.test(said(answer));
      return finding('POST pulls', said(answer), isForbidden ? undefined : answer.status === 201);
    }),
    ifOpen('a second one of the same branches is refused', '422 … already exists', async () => {
      const answer = await open();
      const holds = answer.status === 422 && /already exists/.test(said(answer));
      return finding('POST pulls once more', said(answer), holds);
    }),
    ifOpen('it is found by head and base', 'that one', async () => {
      const found = await eventually(github, async () => {
        const numbers = items(await github.send('GET', listPath)).map(({ number }) => number);
        return numbers.length > 0 ? numbers : undefined;
      });
      return finding(
        'GET pulls?head&base',
        `${found?.join(', ') ?? 'none'}`,
        found?.length === 1 && found[0] === pull,
      );
    }),
    ifOpen('it is merged only at the commit that was expected', '409', async () => {
      const body = { sha: '1'.repeat(40) };
      const answer = await github.send('PUT', `pulls/${String(pull)}/merge`, { body });
      return finding('PUT merge of another commit', said(answer), answer.status === 409);
    }),
    ifOpen('it is merged at that commit, and says so at once', '200, merged true', async () => {
      const merged = await eventually(github, async () => {
        const answer = await github.send('PUT', `pulls/${String(pull)}/merge`, {
          body: { sha: tip },
        });
        return answer.status === 405 ? undefined : answer;
      });
      const shown = await github.send('GET', `pulls/${String(pull)}`);
      const holds = merged?.status === 200 && at(shown, 'merged') === true;
      const answer = `${merged ? said(merged) : '405 for half a minute'}, merged ${String(at(shown, 'merged'))}`;
      return finding('PUT merge, GET pulls', answer, holds);
    }),
    ifOpen(
      'one that is closed is not merged, and not found among open ones',
      '200, merge 405, not among open ones',
      () => closing(place, tip),
    ),
    told(
      'pull requests by a workflow’s token start no workflows by themselves',
      '200, 0 runs',
      async () => {
        const answer = await github.send('GET', `actions/runs?branch=${head}&event=pull_request`);
        const count = at(answer, 'total_count');
        return finding(
          'GET actions/runs?branch',
          `${said(answer)}, ${String(count)} runs`,
          count === 0,
        );
      },
    ),
  ];
}

async function closing(place: Place, tip: string): Promise<Finding> {
  const { github } = place;
  const head = place.branch('closed');
  await place.create(`heads/${head}`, await place.commit('closed', tip));
  const body = { title: 'Prove', head, base: place.branch('base'), body: 'Closed in a moment.' };
  const opened = await github.send('POST', 'pulls', { body });
  const path = `pulls/${String(at(opened, 'number'))}`;
  const closed = await github.send('PATCH', path, { body: { state: 'closed' } });
  const merged = await github.send('PUT', `${path}/merge`, { body: {} });
  const owner = github.repository.split('/')[0] ?? '';
  const gone = await eventually(github, async () => {
    const answer = await github.send('GET', `pulls?state=open&head=${owner}:${head}`);
    return items(answer).length === 0 ? true : undefined;
  });
  const answer = `${said(closed)}, merge ${said(merged)}, ${gone ? 'not ' : ''}among open ones`;
  const holds = closed.status === 200 && merged.status === 405 && gone === true;
  return finding('PATCH pulls closed, PUT merge, GET pulls', answer, holds);
}
