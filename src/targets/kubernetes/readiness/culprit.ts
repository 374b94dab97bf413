import { fieldsOf, listOf, numberOf, textOf } from '../fields.ts';
import type { KubeObject } from '../kube-object.ts';
import { lastEnd } from './container-trouble.ts';

/** The container whose log tells why something failed. */
export interface Culprit {
  readonly pod: string;
  readonly container: string;
  /** The one before the running one tells it. */
  readonly previous: boolean;
  /** `container migrate ended with exit code 1`; `undefined` where it did not end badly. */
  readonly end: string | undefined;
}

/** The container at fault: one that ended badly, else one that is not ready; init containers first, newest pod first. */
export function culpritOf(pods: readonly KubeObject[]): Culprit | undefined {
  const sights = pods.toReversed().flatMap(containersOf);
  return (sights.find(({ bad }) => bad) ?? sights.find(({ open }) => open))?.culprit;
}

/** As `culpritOf`, of one container that is known already. */
export function culpritNamed(
  pods: readonly KubeObject[],
  pod: string,
  container: string,
): Culprit | undefined {
  return pods
    .flatMap(containersOf)
    .map(({ culprit }) => culprit)
    .find((one) => one.pod === pod && one.container === container);
}

function containersOf({ metadata: { name: pod }, status }: KubeObject) {
  const { initContainerStatuses, containerStatuses } = fieldsOf(status);
  const look = (list: unknown, word: string) =>
    listOf(list).map((one) => {
      const end = lastEnd(one);
      const code = numberOf(end?.exitCode);
      const container = textOf(one.name);
      const { terminated, running } = fieldsOf(one.state);
      const isReady = one.ready === true;
      const culprit: Culprit = {
        pod,
        container,
        previous: !terminated && end !== undefined,
        end:
          end && code !== 0
            ? endWords(`${word} ${container}`, code, textOf(end.reason))
            : undefined,
      };
      return { culprit, bad: code !== 0 && !isReady, open: Boolean(running) && !isReady };
    });
  return [
    ...look(initContainerStatuses, 'init container'),
    ...look(containerStatuses, 'container'),
  ];
}

function endWords(who: string, code: number, reason: string): string {
  return reason === 'OOMKilled'
    ? `${who} was killed because it needs more memory than its limit`
    : `${who} ended with exit code ${code}`;
}
