import type { DeployResult, Watch } from '../target.ts';
import { closeSet, openSet } from './apply/apply-set.ts';
import type { Kube } from './connect/kube.ts';
import type { KubernetesContext } from './context.ts';
import type { ReadinessFailure } from './readiness/post-mortem.ts';
import { runStage } from './run-stage.ts';
import { probeService } from './service-health.ts';
import type { PreparedService } from './service-stages.ts';

type Failed = Extract<DeployResult, { kind: 'failed' }>;

/** What deploying a service takes. */
export interface DeployingService {
  readonly kube: Kube;
  readonly context: KubernetesContext;
  readonly watch: Watch;
}

/** Runs the stages of a service in order, removes what it has no longer, and asks it over HTTP. */
export async function deployService(
  prepared: PreparedService,
  deploying: DeployingService,
): Promise<DeployResult> {
  const { signal } = deploying.watch;
  tellAdapted(prepared, deploying);
  try {
    await prepared.before();
    return await carryOut(prepared, deploying);
  } finally {
    // The run may be ending because of its signal; what must not stay goes all the same.
    await prepared.after(signal.aborted ? AbortSignal.timeout(3000) : signal);
  }
}

/** What is deployed is not quite what the manifests say. */
function tellAdapted({ adapted, placed }: PreparedService, { context, watch }: DeployingService) {
  if (adapted.length === 0) return;
  const event = { service: placed.service.name, at: context.now() };
  const step = { ...event, kind: 'step', step: 'adapt the manifests' } as const;
  watch.progress({ ...step, state: 'running' });
  for (const line of adapted) watch.progress({ ...event, kind: 'log', line });
  watch.progress({ ...step, state: 'done' });
}

async function carryOut(
  prepared: PreparedService,
  { kube, context, watch }: DeployingService,
): Promise<DeployResult> {
  const { placed, stages, url } = prepared;
  const { name } = placed.service;
  let set = await openSet(prepared.set, watch.signal);
  for (const stage of stages) {
    const run = stage.last && !watch.wait ? { ...stage, until: 'applied' as const } : stage;
    const ended = await runStage(run, { kube, context, watch, placed, set });
    if (ended.failure) return failed(prepared, stage.name, ended.failure);
    set = ended.set;
  }
  await closeSet(set, watch.signal);
  if (!watch.wait) return { kind: 'accepted', services: [{ name, state: 'starting', url }] };
  const unhealthy = await probeService(prepared, { kube, context, watch });
  if (unhealthy === undefined) return { kind: 'ready', services: [{ name, state: 'ready', url }] };
  return {
    kind: 'failed',
    service: name,
    reason: `everything is ready in Kubernetes, but ${unhealthy}`,
    log: [],
    stillServing: false,
    hint: 'Look at the logs of the application; `preview.probe` says which path is asked, and how long.',
  };
}

function failed(
  { placed, isServing }: PreparedService,
  stage: string,
  { reason, log, events, location }: ReadinessFailure,
): Failed {
  return {
    kind: 'failed',
    service: placed.service.name,
    reason: `${stage}: ${reason}`,
    log: [...events, ...log],
    stillServing: isServing,
    hint: 'Mend it and push; the events and the last lines of the log say more.',
    ...(location && { location }),
  };
}
