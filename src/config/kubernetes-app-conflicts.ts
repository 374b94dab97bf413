import type { Conflict } from './conflicts.ts';
import type { KubernetesService } from './kubernetes-conflicts.ts';
import { defaultPostgres } from './kubernetes-defaults.ts';
import { readQuantity } from './kubernetes-quantities.ts';
import type { FileApp } from './resolve-kubernetes-app.ts';
import { show } from './wording.ts';

/** What a review app says that cannot hold. */
export function appConflicts(service: KubernetesService, app: FileApp): Conflict[] {
  return [
    ...imageOf(service, app),
    ...givenVariables(service, app),
    ...requestsAboveLimits(service, app),
    ...copyInVain(service, app),
    ...routeOf(service, app),
  ];
}

/** A build pushes to a tag that is known before; a fixed image is the same for every commit. */
function imageOf({ at }: KubernetesService, { image, build }: FileApp): Conflict[] {
  if (image === undefined) return [];
  const path = at('app', 'image');
  if (build && /\{(?:image|digest)\}/.test(image))
    return [
      {
        path,
        wrong: `${show(image)} names no repository that the build could push to`,
        next: 'Write it as "registry.example.com/{repository}:{sha}", and push to that.',
      },
    ];
  if (build && !/:[^/]*\{(?:sha|short-sha)\}/.test(image))
    return [
      {
        path,
        wrong: `two commits would build the same image ${show(image)}`,
        next: 'Put {sha} into its tag.',
      },
    ];
  return /\{(?:sha|short-sha|image|digest)\}/.test(image)
    ? []
    : [
        {
          path,
          wrong: `every commit would run the same image ${show(image)}`,
          next: 'Put {sha} into its tag, or write "{image}" for the image that the run is given.',
        },
      ];
}

function givenVariables({ at }: KubernetesService, { env = {}, database }: FileApp): Conflict[] {
  const given = { PORT: 'app.port', ...(database && { DATABASE_URL: 'app.database' }) };
  return Object.entries(given)
    .filter(([name]) => Object.hasOwn(env, name))
    .map(([name, from]) => ({
      path: at('app', 'env', name),
      wrong: `${name} is given by Understudy, from ${from}`,
      next: 'Remove it.',
    }));
}

function requestsAboveLimits({ at }: KubernetesService, { resources }: FileApp): Conflict[] {
  const { requests = {}, limits = {} } = resources ?? {};
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    if ((readQuantity(String(request)) ?? 0) <= (readQuantity(String(limit)) ?? 0)) return [];
    return [
      {
        path: at('app', 'resources', 'requests', name),
        wrong: `${show(request)} is more than its limit ${show(limit)}`,
        next: 'Lower it, or raise the limit.',
      },
    ];
  });
}

const ofTheCopy = ['exclude-tables', 'max-size', 'mask', 'copy-timeout'] as const;

function copyInVain({ at }: KubernetesService, { database }: FileApp): Conflict[] {
  if (!database) return [];
  const { postgres } = database;
  const place = ['app', 'database', 'postgres'] as const;
  if (!postgres['copy-from'])
    return ofTheCopy
      .filter((key) => postgres[key] !== undefined)
      .map((key) => ({
        path: at(...place, key),
        wrong: 'there is nothing that is copied',
        next: 'Add copy-from: { secret: staging-db/url }, or remove it.',
      }));
  const [most, room] = [postgres['max-size'], postgres.storage].map((size) =>
    readQuantity(String(size)),
  );
  return most === undefined || room === undefined || most <= room
    ? []
    : [
        {
          path: at(...place, 'max-size'),
          wrong: `a copy of ${show(postgres['max-size'])} does not fit into storage of ${show(postgres.storage ?? defaultPostgres.storage)}`,
          next: 'Lower it, or raise storage.',
        },
      ];
}

function routeOf({ at, host }: KubernetesService, { ingress, gateway }: FileApp): Conflict[] {
  if (!ingress && !gateway) return [];
  const key = gateway ? 'gateway' : 'ingress';
  if (ingress && gateway)
    return [
      {
        path: at('app', 'gateway'),
        wrong: 'it stands beside ingress, and one of the two leads to the application',
        next: 'Remove one.',
      },
    ];
  if (host === undefined)
    return [
      {
        path: at('app', key),
        wrong: 'it needs a host',
        next: 'Add host: "{id}.preview.example.com" under preview or to the service.',
      },
    ];
  return ingress?.tls?.['copy-from'] === undefined ? [] : belowWildcard(host, at);
}

/** A wildcard stands for one label, the first: RFC 6125 6.4.3. */
function belowWildcard(host: string, at: KubernetesService['at']): Conflict[] {
  const [, ...parents] = host.split('.');
  const varying = parents.find((part) =>
    /\{(?:id|ID|number|slug|branch|sha|short-sha)\}/.test(part),
  );
  return varying === undefined
    ? []
    : [
        {
          path: at('app', 'ingress', 'tls', 'copy-from'),
          wrong: `no certificate covers every ${show(host)}: a wildcard stands for the first label alone`,
          next: 'Put what differs between previews into the first label, as "{id}-{service}.preview.example.com".',
        },
      ];
}
