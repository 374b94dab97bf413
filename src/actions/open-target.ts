import type { PreviewConfiguration, ServiceConfiguration } from '../config/schema.ts';
import { once } from '../core/once.ts';
import { sha256Hex } from '../core/sha256.ts';
import { pauseFor } from '../targets/pause.ts';
import { severalTargets } from '../targets/several-targets.ts';
import type { Target } from '../targets/target.ts';
import { repositoryFiles } from './repository-files.ts';
import type { Session } from './session.ts';

type Kind = ServiceConfiguration['target'];

/** The targets that the services run on, as one. The unit of each is loaded with its first call. */
export function openTarget({ services }: PreviewConfiguration, session: Session): Target {
  const kinds = [...new Set(services.map(({ target }) => target))];
  return severalTargets(
    kinds.map((kind) => {
      const own = services.filter(({ target }) => target === kind);
      return {
        target: lazily(() => loaders[kind](own, session)),
        holds: (name) => own.some((service) => service.name === name),
      };
    }),
  );
}

/** Until the unit is needed, the run's time is GitHub's. */
function lazily(load: () => Promise<Target>): Target {
  const target = once(load);
  return {
    plan: async (desired, purpose) => (await target()).plan(desired, purpose),
    deploy: async (desired, watch) => (await target()).deploy(desired, watch),
    observe: async (repository) => (await target()).observe(repository),
    destroy: async (key, watch) => (await target()).destroy(key, watch),
    extend: async (key, expiresAt) => (await target()).extend(key, expiresAt),
    drift: async (keys, watch) => (await (await target()).drift?.(keys, watch)) ?? new Map(),
  };
}

const loaders = {
  local: loadLocal,
  cloudformation: loadCloudFormation,
  kubernetes: loadKubernetes,
} as const satisfies Record<
  Kind,
  (services: readonly ServiceConfiguration[], session: Session) => Promise<Target>
>;

async function loadLocal(_services: unknown, session: Session): Promise<Target> {
  const { context, inputs, run, now } = session;
  const { createLocalTarget } = await import(
    /* webpackIgnore: true */ '../targets/local/target.ts'
  );
  return createLocalTarget({
    repository: context.repository,
    cloneUrl: `${context.serverUrl}/${context.repository}.git`,
    token: inputs.token,
    environment: run.environment,
    now,
  });
}

async function loadCloudFormation(
  services: readonly ServiceConfiguration[],
  session: Session,
): Promise<Target> {
  const { context, run, now } = session;
  const { createCloudFormationTarget } = await import(
    /* webpackIgnore: true */ '../targets/cloudformation/target.ts'
  );
  return createCloudFormationTarget({
    repository: context.repository,
    services: services.flatMap(({ name, cloudformation }) =>
      cloudformation ? [{ name, settings: cloudformation }] : [],
    ),
    files: repositoryFiles(session),
    environment: run.environment,
    operation: operationOf(session),
    now,
    pause: pauseFor,
  });
}

async function loadKubernetes(
  services: readonly ServiceConfiguration[],
  session: Session,
): Promise<Target> {
  const { context, inputs, run, now } = session;
  const { createKubernetesTarget } = await import(
    /* webpackIgnore: true */ '../targets/kubernetes/target.ts'
  );
  return createKubernetesTarget({
    repository: context.repository,
    services: services.flatMap(({ name, kubernetes }) =>
      kubernetes ? [{ name, settings: kubernetes }] : [],
    ),
    files: repositoryFiles(session),
    environment: run.environment,
    source: { apiUrl: context.apiUrl, token: inputs.token ?? '' },
    operation: operationOf(session),
    now,
    random: Math.random,
    randomText,
    pause: pauseFor,
  });
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Bytes that would make some letters likelier than others are thrown away. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < letters.length * 4) text += letters[byte % letters.length];
  }
  return text;
}

/** One for each attempt of a run; several steps of one attempt start at different moments. */
function operationOf({ run: { environment }, now }: Session): string {
  const { GITHUB_RUN_ID = '0', GITHUB_RUN_ATTEMPT = '1', GITHUB_ACTION = '' } = environment;
  const step = sha256Hex(`${GITHUB_ACTION} ${now()} ${process.pid}`).slice(0, 8);
  return `run-${GITHUB_RUN_ID}-${GITHUB_RUN_ATTEMPT}-${step}`;
}
