import { onceEach } from '../../core/once.ts';
import type { WorkloadReader, WorkloadSight } from '../../promotion/observe/ports.ts';
import type { Kube } from './connect/kube.ts';
import { getObject } from './connect/objects.ts';
import { openKube } from './connect/open-kube.ts';
import { conditionOf, fieldsOf, listOf, numberOf, textOf } from './fields.ts';
import type { KubeObject } from './kube-object.ts';
import { statusOf } from './readiness/status.ts';

/** What reading workloads takes. */
export interface WorkloadReading {
  /** Variables of the process: `KUBECONFIG`, proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** For tests. */
  readonly connect?: (options: Parameters<typeof openKube>[0]) => Promise<Kube>;
}

/** Reads workloads that are stages of a pipeline. Nothing is ever changed. A cluster is connected to once. */
export function openWorkloadReader({
  environment,
  signal,
  connect = openKube,
}: WorkloadReading): WorkloadReader {
  const kubeOf = onceEach((context: string | undefined) =>
    connect({ environment, ...(context !== undefined && { context }) }),
  );
  return {
    read: async ({ context, namespace, kind, name }) => {
      const kube = await kubeOf(context);
      const object = await getObject(
        kube,
        { apiVersion: 'apps/v1', kind, namespace, name },
        signal,
      );
      return object && sightOf(object);
    },
  };
}

function sightOf(object: KubeObject): WorkloadSight {
  const { metadata, spec } = fieldsOf(fieldsOf(object.spec).template);
  const images = listOf(fieldsOf(spec).containers).map(({ name, image }) => [
    textOf(name),
    textOf(image),
  ]);
  const labels = Object.entries(fieldsOf(fieldsOf(metadata).labels)).map(([key, value]) => [
    key,
    textOf(value),
  ]);
  return {
    ...readinessOf(object),
    images: Object.fromEntries(images),
    labels: Object.fromEntries(labels),
  };
}

/**
 * What is under way is no failure: a rollout, or a change of scale, of which a soak must know nothing. It is one where
 * nothing of the workload answers, or the rollout cannot go on.
 */
function readinessOf(object: KubeObject): Pick<WorkloadSight, 'state' | 'detail'> {
  const { state, detail, stuck = false } = statusOf(object);
  if (state === 'current') return { state: 'well', detail };
  if (state !== 'in-progress' || stuck || isDown(object)) return { state: 'unwell', detail };
  return { state: 'moving', detail };
}

function isDown(object: KubeObject): boolean {
  const available = conditionOf(object, 'Available');
  if (available) return available.status === 'False';
  const status = fieldsOf(object.status);
  const ready = numberOf(status.readyReplicas) + numberOf(status.numberReady);
  return ready === 0 && status.observedGeneration !== undefined;
}
