import { type Assumption, finding, relied, told } from './assumption.ts';
import { at, items, said } from './github.ts';
import type { Place } from './place.ts';
import { eventually } from './reading.ts';

const workflow = 'prove-assumptions.yml';

/** Dispatches of a workflow: of this one, whose jobs are then all skipped. */
export function aboutDispatches(place: Place, branch: string): Assumption[] {
  const { github } = place;
  const key = place.ref('dispatch').replaceAll('/', '-');
  const path = `actions/workflows/${workflow}`;
  let run: unknown;
  return [
    relied('a dispatch tells which run it started', async () => {
      const body = { ref: branch, inputs: { key }, return_run_details: true };
      const answer = await github.send('POST', `${path}/dispatches`, { body });
      run = at(answer, 'workflow_run_id');
      const told = `${said(answer)}, run ${String(run)}`;
      return finding(
        'POST dispatches, return_run_details',
        told,
        answer.status === 200 && run !== undefined,
      );
    }),
    relied('the run is found by its title, which run-name makes from an input', async () => {
      const found = await eventually(github, async () => {
        const answer = await github.send(
          'GET',
          `${path}/runs?event=workflow_dispatch&per_page=100`,
        );
        return items(answer, 'workflow_runs').find(
          ({ display_title }) => display_title === `Prove ${key}`,
        );
      });
      return finding(
        'GET runs?event=workflow_dispatch',
        found ? `run ${String(found.id)}` : 'no run of that title',
        found !== undefined && found.id === run,
      );
    }),
    relied('runs since a moment are listed by when they were made', async () => {
      const since = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19);
      const answer = await github.send(
        'GET',
        `${path}/runs?event=workflow_dispatch&created=%3E%3D${since}Z&per_page=100`,
      );
      const isAmong = items(answer, 'workflow_runs').some(({ id }) => id === run);
      return finding(
        'GET runs?created=>=…',
        `${said(answer)}, ${isAmong ? '' : 'not '}among them`,
        isAmong,
      );
    }),
    relied('a run is shown by its id', async () => {
      const answer = await github.send('GET', `actions/runs/${String(run)}`);
      const state = `${String(at(answer, 'status'))} ${String(at(answer, 'conclusion'))}`;
      return finding(
        'GET actions/runs/<id>',
        `${said(answer)}, ${state}`,
        at(answer, 'id') === run,
      );
    }),
    relied('a run is cancelled, or has ended', async () => {
      const answer = await github.send('POST', `actions/runs/${String(run)}/cancel`);
      return finding('POST cancel', said(answer), answer.status === 202 || answer.status === 409);
    }),
    told('an input that the workflow does not have is refused', async () => {
      const body = { ref: branch, inputs: { nothing: 'x' } };
      const answer = await github.send('POST', `${path}/dispatches`, { body });
      return finding('POST dispatches with an unknown input', said(answer), answer.status === 422);
    }),
  ];
}
