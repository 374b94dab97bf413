import type { AppFacts } from './app-facts.ts';
import { localName } from './copies.ts';

/** What a container may do at most beyond its level of Pod Security. */
type Needs = 'nothing' | 'image' | 'builder';

/** Runs programs of ours that need no user of the image's. */
const nobody = 65532;

/**
 * Capabilities that images which begin as root need in order to give that up, to own files and to listen below 1024;
 * all within `baseline`. https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const kept = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
];

/**
 * The security context of a container. `nothing`: a program of ours, always as `restricted` asks. `image`: an
 * application, as whatever user its image says. `builder`: builders of images need what `baseline` allows, whole.
 */
export function securityOf(level: AppFacts['settings']['podSecurity'], needs: Needs) {
  if (needs === 'nothing') {
    return { ...restricted, runAsUser: nobody, runAsGroup: nobody };
  }
  if (level === 'restricted') return restricted;
  if (level === 'privileged' || needs === 'builder') return {};
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: kept },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** What all pods of the app have in common: no rights at the API server, and no variables of neighbours. */
export function podDefaults(facts: AppFacts) {
  const { imagePullSecrets } = facts.settings;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map((path) => ({ name: localName(facts, path) })),
    }),
  };
}

/** Requests of a container, those of the settings where it has none. */
export function resourcesOf({
  app,
  settings,
}: Pick<AppFacts, 'app' | 'settings'>): Readonly<Record<string, unknown>> {
  const { cpu, memory } = settings.containerDefaults;
  const { requests, limits } = app.resources ?? {};
  // A limit alone is a request as well, and a request above a limit is refused.
  return limits
    ? { ...(requests && { requests }), limits }
    : { requests: requests ?? { cpu, memory } };
}
