import type { AppSettings } from '../settings.ts';
import type { AppFacts } from './app-facts.ts';
import { appName } from './app-names.ts';
import { containerText } from './app-templates.ts';
import { localName } from './copies.ts';

/** A variable of a container. */
export type Variable =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string;
      readonly valueFrom: {
        readonly secretKeyRef: { readonly name: string; readonly key: string };
      };
    };

/** Address of the app, as people open it; in the cluster's own network where it has no route. */
export function appUrl({ app, service, place }: Pick<AppFacts, 'app' | 'service' | 'place'>) {
  const { ingress } = app;
  if (!ingress || service.host === '') {
    return `http://${appName({ service, place })}.${place.namespace}.svc`;
  }
  // A Gateway ends TLS for all its routes; an Ingress says whether it does.
  const isSecure = ingress.kind === 'gateway' || ingress.tls !== undefined;
  return `${isSecure ? 'https' : 'http'}://${service.host}`;
}

/** Variables of the app's containers: what the preview gives, then those of the settings, which win. */
export function appEnvironment(facts: AppFacts, database: readonly Variable[]): Variable[] {
  const { app, service } = facts;
  const given: Variable[] = [
    { name: 'APP_HOST', value: service.host },
    { name: 'APP_URL', value: appUrl(facts) },
    ...previewVariables(facts),
    { name: 'PORT', value: String(app.port) },
    ...database,
  ];
  return joined(given, variables(app.env, facts));
}

/** Which preview it is, for any container. */
export function previewVariables({ marks }: Pick<AppFacts, 'marks'>): Variable[] {
  return [
    { name: 'PREVIEW_ID', value: marks.previewId },
    { name: 'PULL_REQUEST', value: String(marks.pullRequest) },
    { name: 'COMMIT', value: marks.commit },
  ];
}

/** Configured variables, with their placeholders replaced. */
export function variables(
  env: Readonly<Record<string, string>>,
  { service }: Pick<AppFacts, 'service'>,
): Variable[] {
  return Object.entries(env).map(([name, template]) => ({
    name,
    value: containerText(template, service.values),
  }));
}

/** Both, of one name only the second. */
export function joined(first: readonly Variable[], second: readonly Variable[]): Variable[] {
  const names = new Set(second.map(({ name }) => name));
  return [...first.filter(({ name }) => !names.has(name)), ...second];
}

/** Sources of variables as Kubernetes writes them. */
export function environmentSources(facts: AppFacts, envFrom: AppSettings['envFrom']) {
  return envFrom.map((source) =>
    'secret' in source
      ? { secretRef: { name: localName(facts, source.secret) } }
      : { configMapRef: { name: localName(facts, source.configMap) } },
  );
}
