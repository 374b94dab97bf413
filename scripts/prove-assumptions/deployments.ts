import { type Assumption, type Finding, finding, relied } from './assumption.ts';
import { type Answer, at, items, said } from './github.ts';
import { environment, type Place } from './place.ts';
import { eventually } from './reading.ts';

/** Deployments as the suite files them. */
export function aboutDeployments(place: Place): Assumption[] {
  const { github } = place;
  const made: unknown[] = [];
  const deploy = async () => {
    const ref = await place.commit(`deployed ${made.length}`);
    if (made.length === 0) await place.create(place.ref('deployed'), ref);
    else await place.create(place.ref(`deployed-${made.length}`), ref);
    const body = {
      ref,
      environment,
      auto_merge: false,
      required_contexts: [],
      payload: { by: 'prove' },
    };
    const answer = await github.send('POST', 'deployments', { body });
    made.push(at(answer, 'id'));
    return answer;
  };
  const tell = (id: unknown, state: string) =>
    github.send('POST', `deployments/${String(id)}/statuses`, {
      body: {
        state,
        description: 'prove',
        log_url: 'https://example.com/',
        environment_url: 'https://example.com/',
      },
    });
  return [
    relied('a deployment of a commit that is on no branch can be filed', '201', async () => {
      const answer = await deploy();
      return finding('POST deployments', said(answer), answer.status === 201);
    }),
    relied(
      'its states are taken one after the other, the newest is listed first',
      'success, in_progress, queued',
      async () => {
        const states = ['queued', 'in_progress', 'success'];
        for (const state of states) await tell(made[0], state);
        const answer = await github.send('GET', `deployments/${String(made[0])}/statuses`);
        const found = items(answer).map(({ state }) => state);
        return finding(
          `POST statuses ${states.join(', ')}, GET`,
          found.join(', '),
          found[0] === 'success',
        );
      },
    ),
    relied('it is found by its environment, the newest first', '200, the newer one', async () => {
      await deploy();
      const answer = await github.send('GET', `deployments?environment=${environment}`);
      const [first] = items(answer);
      return finding(
        'GET deployments?environment',
        `${said(answer)}, first ${String(first?.id)}`,
        first?.id === made[1],
      );
    }),
    relied('a success makes the one before inactive', 'inactive', async () => {
      await tell(made[1], 'success');
      const found = await eventually(github, async () => {
        const answer = await github.send('GET', `deployments/${String(made[0])}/statuses`);
        return items(answer)[0]?.state === 'inactive' ? 'inactive' : undefined;
      });
      const asked = 'POST statuses success, GET of the one before';
      return finding(asked, found ?? 'not inactive', found !== undefined);
    }),
    relied('one that is active is not deleted, one that is inactive is', '422, then 204', () =>
      deleting(place, made, tell),
    ),
  ];
}

async function deleting(
  { github }: Place,
  made: readonly unknown[],
  tell: (id: unknown, state: string) => Promise<Answer>,
): Promise<Finding> {
  const remove = () => github.send('DELETE', `deployments/${String(made[1])}`);
  const active = await remove();
  await tell(made[1], 'inactive');
  const inactive = await remove();
  const holds = active.status === 422 && inactive.status === 204;
  return finding(
    'DELETE deployments, active and inactive',
    `${said(active)}, then ${said(inactive)}`,
    holds,
  );
}
