import type { ApiAccess } from './api-request.ts';
import { apiRequest, createObject } from './api-request.ts';
import type { KubernetesObject } from './watched-objects.ts';
import { watchObjects } from './watched-objects.ts';

/** What of a pod is read. */
interface Pod extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly deletionTimestamp?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: { readonly phase: string };
}

/** An answer that comes from a node, not from the API server. */
export interface NodeAnswer {
  readonly status: number;
  readonly body: string;
}

/** A stand-in for a node on the level `control-plane`, in the test's own process. */
export interface NodeStandIn {
  /** What the API server would fetch from a node: logs, and what a Service's pods serve. Undefined for all else. */
  answer(path: string): NodeAnswer | undefined;
  /** How many pods of Jobs in a namespace of that name have succeeded so far, those that are gone included. */
  succeeded(namespace: string): number;
  close(): void;
}

const name = 'stand-in';

/**
 * Makes a Node, and says of each pod that the real scheduler puts there that it runs and is ready, or, of a Job's, that
 * it has succeeded. Nothing runs. Everything else, ReplicaSets, Jobs and rollouts, is done by the real controllers.
 */
export async function startNodeStandIn(access: ApiAccess): Promise<NodeStandIn> {
  await createObject(access, '/api/v1/nodes', node());
  const beat = setInterval(() => heartbeat(access), 10_000);
  beat.unref();
  const ended = new Map<string, string>();
  const pods = watchObjects<Pod>(access, '/api/v1/pods', (pod) => {
    const { uid, namespace } = pod.metadata;
    if (pod.status.phase === 'Succeeded') ended.set(uid, namespace);
    if (pod.spec.nodeName === name) look(access, pod);
  });
  return {
    answer: (path) => answerOf(path, pods.all()),
    succeeded: (namespace) => [...ended.values()].filter((one) => one === namespace).length,
    close() {
      clearInterval(beat);
      pods.close();
    },
  };
}

function node() {
  const room = { cpu: '1000', memory: '1000Gi', pods: '10000' };
  const status = { capacity: room, allocatable: room, conditions: [ready()] };
  return { metadata: { name, labels: { 'kubernetes.io/hostname': name } }, status };
}

function ready() {
  const now = new Date().toISOString();
  return {
    ...{ type: 'Ready', status: 'True', reason: 'StandIn', message: '' },
    ...{ lastHeartbeatTime: now, lastTransitionTime: now },
  };
}

/** A node that is silent for 50 s loses its pods. */
function heartbeat(access: ApiAccess): void {
  const body = { status: { conditions: [ready()] } };
  patch(access, `/api/v1/nodes/${name}/status`, body);
}

function look(access: ApiAccess, { metadata, spec, status }: Pod): void {
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) {
    void apiRequest(access, `${path}?gracePeriodSeconds=0`, { method: 'DELETE' });
  } else if (status.phase === 'Pending') {
    patch(access, `${path}/status`, {
      status: spec.restartPolicy === 'Always' ? running(spec) : succeeded(spec),
    });
  }
}

function patch(access: ApiAccess, path: string, body: object): void {
  const contentType = 'application/merge-patch+json';
  void apiRequest(access, path, { method: 'PATCH', body, contentType });
}

function running({ containers }: Pod['spec']) {
  const startedAt = new Date().toISOString();
  return {
    phase: 'Running',
    startTime: startedAt,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      ...{ type, status: 'True', lastTransitionTime: startedAt },
    })),
    containerStatuses: containers.map((container) => ({
      ...{ name: container.name, image: container.image, imageID: container.image },
      ...{ ready: true, started: true, restartCount: 0, state: { running: { startedAt } } },
    })),
  };
}

function succeeded({ containers }: Pod['spec']) {
  const at = new Date().toISOString();
  const terminated = { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at };
  return {
    phase: 'Succeeded',
    startTime: at,
    conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at }],
    containerStatuses: containers.map((container) => ({
      ...{ name: container.name, image: container.image, imageID: container.image },
      ...{ ready: false, started: false, restartCount: 0, state: { terminated } },
    })),
  };
}

function answerOf(path: string, pods: readonly Pod[]): NodeAnswer | undefined {
  const [, namespace = '', kind = '', pod = ''] =
    /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)\/([^/]+)\/(?:log|proxy)\b/.exec(path) ?? [];
  const found = pods.filter(({ metadata }) => metadata.namespace === namespace);
  if (kind === 'pods' && found.some(({ metadata }) => metadata.name === pod))
    return { status: 200, body: 'a line of the stand-in\n' };
  if (kind === 'services' && found.some(({ status }) => status.phase === 'Running'))
    return { status: 200, body: 'the stand-in' };
  return undefined;
}
