import { type Assumption, type Finding, finding, relied, told } from './assumption.ts';
import { all } from './cells.ts';
import { at, items, said } from './github.ts';
import { environment, type Place } from './place.ts';

/** Deployments that stand beside each other, as previews in one environment do. */
export function aboutDeploymentsBeside(place: Place): Assumption[] {
  const { github } = place;
  return [
    relied('a payload comes back as the object that it was', '201, 1 found', async () => {
      const answer = await deploy(place, 'payload', {});
      const path = `deployments?environment=${environment}&task=${taskOf(place, 'payload')}`;
      const listed = await github.send('GET', path);
      const [first, ...others] = items(listed);
      const isSame = at({ body: first ?? {} }, 'payload', 'by') === 'prove';
      const holds = isSame && others.length === 0 && first?.id === at(answer, 'id');
      const asked = 'POST deployments, GET deployments?environment&task';
      return finding(asked, `${said(answer)}, ${items(listed).length} found`, holds);
    }),
    told('a deployment that waits for a check is refused', '409', async () => {
      const answer = await deploy(place, 'waiting', { required_contexts: ['understudy-prove'] });
      return all('POST deployments, required_contexts', [answer, 409]);
    }),
    relied('a success with auto_inactive false leaves the one before', 'success', () =>
      beside(place),
    ),
  ];
}

async function beside(place: Place): Promise<Finding> {
  const ids: unknown[] = [];
  for (const name of ['beside-one', 'beside-two']) {
    const id = at(await deploy(place, name, {}), 'id');
    const body = { state: 'success', auto_inactive: false };
    const answer = await place.github.send('POST', `deployments/${String(id)}/statuses`, { body });
    if (answer.status !== 201) return all('POST statuses', [answer, 201]);
    ids.push(id);
  }
  // GitHub retires others in the background.
  await place.github.pause(10 * place.github.distance);
  const answer = await place.github.send('GET', `deployments/${String(ids[0])}/statuses`);
  const state = String(items(answer)[0]?.state);
  return finding('POST statuses success, GET of the one before', state, state === 'success');
}

async function deploy(place: Place, name: string, more: object) {
  const ref = await place.commit(name);
  await place.create(place.ref(name), ref);
  const wanted = { auto_merge: false, required_contexts: [], payload: { by: 'prove' } };
  const body = { ref, environment, task: taskOf(place, name), ...wanted, ...more };
  return place.github.send('POST', 'deployments', { body });
}

function taskOf(place: Place, name: string): string {
  return place.ref(name).replaceAll('/', ':');
}
