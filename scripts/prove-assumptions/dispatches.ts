import { type Assumption, type Finding, finding, relied, told } from './assumption.ts';
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
  const ifStarted = (name: string, expected: string, ask: () => Promise<Finding>) =>
    relied(name, expected, async () =>
      run === undefined ? finding('', 'no run was started', undefined) : ask(),
    );
  return [
    relied('a dispatch tells which run it started', '200 and a run', async () => {
      const body = { ref: branch, inputs: { key }, return_run_details: true };
      const answer = await github.send('POST', `${path}/dispatches`, { body });
      run = at(answer, 'workflow_run_id');
      const told = `${said(answer)}, run ${String(run)}`;
      const holds = answer.status === 200 && run !== undefined;
      // A scratch repository need not have the workflow.
      const isThere = answer.status !== 404;
      return finding('POST dispatches, return_run_details', told, isThere ? holds : undefined);
    }),
    ifStarted(
      'the run is found by its title, which run-name makes from an input',
      'that run',
      async () => {
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
      },
    ),
    ifStarted(
      'runs since a moment are listed by when they were made',
      '200, among them',
      async () => {
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
      },
    ),
    ifStarted('a run is shown by its id', '200', async () => {
      const answer = await github.send('GET', `actions/runs/${String(run)}`);
      const state = `${String(at(answer, 'status'))} ${String(at(answer, 'conclusion'))}`;
      return finding(
        'GET actions/runs/<id>',
        `${said(answer)}, ${state}`,
        at(answer, 'id') === run,
      );
    }),
    ifStarted('a run is cancelled, or has ended', '202 or 409', async () => {
      const answer = await github.send('POST', `actions/runs/${String(run)}/cancel`);
      return finding('POST cancel', said(answer), answer.status === 202 || answer.status === 409);
    }),
    told('an input that the workflow does not have is refused', '422', async () => {
      const asked = 'POST dispatches with an unknown input';
      if (run === undefined) return finding(asked, 'no run was started', undefined);
      const body = { ref: branch, inputs: { nothing: 'x' } };
      const answer = await github.send('POST', `${path}/dispatches`, { body });
      return finding(asked, said(answer), answer.status === 422);
    }),
  ];
}
