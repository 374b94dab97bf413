import type { ServiceState } from '../../target.ts';
import type { ListedPreview, ListedService } from '../protocol.ts';
import type { Instance } from './instance.ts';
import type { Preview } from './preview.ts';

type UrlOf = (host: string) => string;

/** A preview as clients are told of it: the commit that serves, else the one that failed or starts. */
export function listPreview(preview: Preview, urlOf: UrlOf): ListedPreview {
  const { live, failure, rollout } = preview;
  const { services: _asked, expiresAt, ...marks } = preview.marks;
  const { commit, fingerprint } = live?.parts ?? failure ?? marks;
  return {
    ...{ ...marks, commit, fingerprint },
    ...(expiresAt !== undefined && { expiresAt }),
    services: live
      ? live.instances.map((instance) => listInstance(instance, urlOf))
      : absentServices(preview, urlOf),
    ...(rollout && { deploying: { commit: rollout.commit, step: rollout.step } }),
    ...(failure && { failure: { commit: failure.commit, reason: failure.reason } }),
  };
}

function listInstance(instance: Instance, urlOf: UrlOf): ListedService {
  const { name, host } = instance.parts.specification;
  return {
    ...{ name, host, state: instance.state, url: urlOf(host), log: instance.parts.log },
    ...(instance.process && { pid: instance.process.pid }),
    ...(instance.port !== undefined && { port: instance.port }),
    ...(instance.state === 'failed' && { reason: instance.fault }),
  };
}

function absentServices({ marks, rollout, failure }: Preview, urlOf: UrlOf): ListedService[] {
  const state: ServiceState = rollout ? 'starting' : 'failed';
  return marks.services.map(({ name, host }) => ({
    ...{ name, host, state, url: urlOf(host) },
    ...(state === 'failed' && failure && { reason: failure.reason }),
  }));
}
