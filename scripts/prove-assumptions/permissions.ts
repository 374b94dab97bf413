import { type Assumption, finding, relied, told } from './assumption.ts';
import { type Answer, at, said } from './github.ts';
import type { Place } from './place.ts';

const notAccessible = 'Resource not accessible by integration';

/** What the workflow's token may not do, and what is said of limits. */
export function aboutPermissions(place: Place): Assumption[] {
  const { github } = place;
  const isRefused = (answer: Answer) =>
    answer.status === 403 && String(at(answer, 'message')).startsWith(notAccessible);
  return [
    relied(
      'a token without a permission is told so',
      '403 Resource not accessible by integration, and which it needs',
      async () => {
        const answer = await github.send('POST', 'statuses/HEAD', { body: { state: 'success' } });
        const needed = answer.headers.get('x-accepted-github-permissions');
        const holds = isRefused(answer) && (needed ?? '').includes('statuses=write');
        const said403 = `${said(answer)}; x-accepted-github-permissions: ${needed}`;
        return finding('POST statuses without statuses: write', said403, holds);
      },
    ),
    told('a workflow’s token makes no environments', '403 or 404', async () => {
      const answer = await github.send('PUT', 'environments/understudy-prove-none', { body: {} });
      return finding(
        'PUT environments',
        said(answer),
        answer.status === 403 || answer.status === 404,
      );
    }),
    told('a workflow’s token writes no variables', '403 or 404', async () => {
      const body = { name: 'UNDERSTUDY_PROVE', value: 'x' };
      const answer = await github.send('POST', 'actions/variables', { body });
      return finding(
        'POST actions/variables',
        said(answer),
        answer.status === 403 || answer.status === 404,
      );
    }),
    relied('a repository that does not exist is not found', '404', async () => {
      const owner = github.repository.split('/')[0] ?? '';
      const answer = await github.send(
        'GET',
        `/repos/${owner}/understudy-prove-no-such-repository`,
      );
      return finding('GET of no repository', said(answer), answer.status === 404);
    }),
    relied(
      'answers say how many requests are left, and until when',
      'limit, remaining, used, reset, resource',
      async () => {
        const answer = await github.send('GET', '');
        const names = ['limit', 'remaining', 'used', 'reset', 'resource'];
        const values = names.map((name) => `${name} ${answer.headers.get(`x-ratelimit-${name}`)}`);
        const holds = names.every((name) => answer.headers.get(`x-ratelimit-${name}`) !== null);
        return finding('GET of the repository, x-ratelimit-…', values.join(', '), holds);
      },
    ),
    told('asking for the limits is free', 'the same number twice', async () => {
      const used = async () =>
        Number(at(await github.send('GET', '/rate_limit'), 'resources', 'core', 'used'));
      const [before, after] = [await used(), await used()];
      return finding('GET /rate_limit twice', `${before}, then ${after} used`, after === before);
    }),
    told('rulesets of this repository let such refs by', '200 or 404', async () => {
      const answer = await github.send('GET', 'rulesets?includes_parents=true');
      const listed = Array.isArray(at(answer, 'items'))
        ? (at(answer, 'items') as unknown[])
        : undefined;
      const answered = listed ? `${listed.length} rulesets, and refs were made` : said(answer);
      return finding('GET rulesets', answered, listed ? true : undefined);
    }),
  ];
}
