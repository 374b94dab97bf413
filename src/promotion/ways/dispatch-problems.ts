import type { Instant } from '../../core/time.ts';
import type { DispatchSettings } from '../settings.ts';
import { type Failed, failed, type Refused } from './written.ts';

/** What GitHub says of a dispatch that it refuses, and what is to be done; first match wins. */
const hints: readonly (readonly [RegExp, (settings: DispatchSettings) => string])[] = [
  [
    /unexpected inputs/i,
    ({ workflow }) =>
      `Declare them under \`on.workflow_dispatch.inputs\` of .github/workflows/${workflow}; \`promotion: { type: string }\` is always sent, and belongs into its \`run-name\`.`,
  ],
  [
    /required input/i,
    () => 'Give it a value under `inputs` of `via.dispatch`, or a default in the workflow.',
  ],
  [
    /disabled workflow/i,
    ({ workflow }) => `Enable it on the Actions page, or by \`gh workflow enable ${workflow}\`.`,
  ],
  [
    /workflow_dispatch.*trigger/i,
    ({ workflow, ref }) =>
      `Add \`on: workflow_dispatch\` to .github/workflows/${workflow}, on the default branch and on ${ref}.`,
  ],
  [
    /no ref found/i,
    ({ ref }) => `Push ${ref}, or name another branch as \`ref\` of \`via.dispatch\`.`,
  ],
];

/** Why GitHub started nothing, for people. */
export function explainDispatch(
  { as, detail }: Refused,
  settings: DispatchSettings,
  now: Instant,
): Failed {
  const { workflow } = settings;
  const problem = `GitHub did not start ${workflow}: ${detail}`;
  const known = hints.find(([words]) => words.test(detail))?.[1](settings);
  if (known !== undefined) return failed(now, problem, known);
  if (as === 'forbidden')
    return failed(now, problem, 'Add `actions: write` under `permissions:` of the job.');
  if (as === 'absent')
    return failed(
      now,
      problem,
      `There must be a .github/workflows/${workflow} on the default branch, and the token must have \`actions: write\`.`,
    );
  return failed(
    now,
    problem,
    'Check `via.dispatch` of the stage against the `on.workflow_dispatch` of that workflow.',
  );
}
