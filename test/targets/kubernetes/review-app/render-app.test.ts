import { describe, expect, test } from '@jest/globals';
import { duration } from '../../../../src/core/time.ts';
import { UserError } from '../../../../src/core/user-error.ts';
import { unfinishedMigrations } from '../../../../src/targets/kubernetes/review-app/migrate-job.ts';
import {
  finalObjects,
  renderApp,
} from '../../../../src/targets/kubernetes/review-app/render-app.ts';
import { build, commit, factsOf } from './app-facts.ts';
import { containerOf, lastOf, names, objectsOf, podOf, valuesOf } from './rendered.ts';

const migrate = { command: ['bin/migrate'], timeout: duration(300_000) };
const ingress = { kind: 'ingress', class: 'nginx', annotations: {} } as const;

describe('the stages of a review app', () => {
  test('an image of the workflow is rolled out, and then reached', () => {
    expect(names(renderApp(factsOf({ app: { ingress } })))).toEqual([
      'prepare the rollout',
      'roll out',
      'open the address',
    ]);
  });

  test('a build comes first, and a migration between an empty Deployment and the rollout', () => {
    const stages = renderApp(factsOf({ app: { build, migrate } }));
    expect(names(stages)).toEqual([
      'build the image',
      'prepare the rollout',
      'migrate',
      'roll out',
    ]);
    const prepared = objectsOf(stages, 'prepare the rollout');
    expect(prepared.map(({ kind }) => kind)).toEqual(['Service', 'Deployment']);
    expect(prepared[1]?.spec).toMatchObject({ replicas: 0 });
    expect(lastOf(stages, 'Deployment').spec).toMatchObject({ replicas: 2 });
  });

  test('a Deployment that is there is left alone until the rollout', () => {
    const deployment = lastOf(renderApp(factsOf()), 'Deployment');
    const stages = renderApp(factsOf({ app: { migrate }, live: { deployment } }));
    expect(objectsOf(stages, 'prepare the rollout').map(({ kind }) => kind)).toEqual(['Service']);
  });

  test('what a live Deployment was rolled out with is neither built nor migrated again', () => {
    const before = factsOf({ app: { build, migrate } });
    const deployment = lastOf(renderApp(before), 'Deployment');
    const same = factsOf({ app: { build, migrate }, live: { deployment } });
    expect(names(renderApp(same))).toEqual(['prepare the rollout', 'roll out']);
    expect(lastOf(renderApp(same), 'Deployment')).toEqual(deployment);
  });

  test('a Deployment that waits for its migration does not count as migrated', () => {
    const before = factsOf({ app: { build, migrate } });
    const [, deployment] = objectsOf(renderApp(before), 'prepare the rollout');
    const resumed = factsOf({
      app: { build, migrate },
      live: { ...(deployment && { deployment }) },
    });
    expect(names(renderApp(resumed))).toEqual(['prepare the rollout', 'migrate', 'roll out']);
  });

  test('what a complete Job has done is not done again, though its containers would be set otherwise now', () => {
    const done = { conditions: [{ type: 'Complete', status: 'True' }] };
    const first = renderApp(factsOf({ app: { build, migrate } }));
    const jobs = [lastOf(first, 'Job'), ...objectsOf(first, 'build the image')];
    const namesWith = (status: object) =>
      names(
        renderApp(
          factsOf({
            app: { build, migrate, env: { NEW: '1' } },
            live: { jobs: jobs.map((job) => ({ ...job, status })) },
          }),
        ),
      );
    expect(namesWith(done)).toEqual(['prepare the rollout', 'roll out']);
    expect(namesWith({})).toContain('migrate');
  });

  test('a Job with other containers has another name, for its pods cannot be changed', () => {
    const nameOf = (env: Record<string, string>) =>
      lastOf(renderApp(factsOf({ app: { migrate, env } })), 'Job').metadata.name;
    expect(nameOf({ A: '1' })).not.toBe(nameOf({ A: '2' }));
  });

  test('migrations that still run are found, of whatever commit', () => {
    const ended = { conditions: [{ type: 'Failed', status: 'True' }] };
    const job = lastOf(
      renderApp(factsOf({ app: { migrate }, marks: { commit: 'b'.repeat(40) } })),
      'Job',
    );
    const [building] = objectsOf(renderApp(factsOf({ app: { build } })), 'build the image');
    const jobs = [job, { ...job, status: ended }, ...(building ? [building] : [])];
    expect(unfinishedMigrations(jobs, factsOf(), [])).toEqual([job]);
  });

  test('another commit is built and migrated by Jobs of other names', () => {
    const first = renderApp(factsOf({ app: { build, migrate } }));
    const second = renderApp(
      factsOf({
        app: { build, migrate },
        marks: { commit: 'b'.repeat(40) },
        live: { deployment: lastOf(first, 'Deployment') },
      }),
    );
    for (const stage of ['build the image', 'migrate']) {
      const [one, other] = [objectsOf(first, stage)[0], objectsOf(second, stage)[0]];
      expect(other?.metadata.name).not.toBe(one?.metadata.name);
    }
  });

  test('Jobs run once for their name, with their log shown, and are given time to tell that it is over', () => {
    const [stage] = renderApp(factsOf({ app: { build } }));
    expect(stage).toMatchObject({ once: true, follow: true, until: 'ready', timeout: 630_000 });
    expect(stage?.objects[0]?.object.spec).toMatchObject({
      activeDeadlineSeconds: 600,
      backoffLimit: 0,
    });
  });

  test('each object stands once among those that are there in the end, as it is in the end', () => {
    const stages = renderApp(factsOf({ app: { build, migrate } }));
    const deployments = finalObjects(stages).filter(({ object }) => object.kind === 'Deployment');
    expect(deployments.map(({ object }) => object)).toEqual([lastOf(stages, 'Deployment')]);
    expect(finalObjects(stages)).toHaveLength(4);
  });
});

describe('images', () => {
  test('the image that a run was given is deployed, and nothing is built', () => {
    const image = `registry.example.com/web@sha256:${'a'.repeat(64)}`;
    const stages = renderApp(factsOf({ app: { build }, service: { image } }));
    expect(names(stages)).toEqual(['prepare the rollout', 'roll out']);
    expect(containerOf(lastOf(stages, 'Deployment')).image).toBe(image);
  });

  test('a digest that the settings name and the run lacks is asked for with the line of the workflow', () => {
    const wanting = factsOf({ app: { image: 'registry.example.com/web@{digest}' } });
    expect(() => renderApp(wanting)).toThrow(UserError);
    expect(() => renderApp(wanting)).toThrow(/app\.image.*needs \{digest\}/);
  });

  test('a run that was given no digest goes on with the image that serves its commit, and no other', () => {
    const app = { image: 'registry.example.com/web@{digest}' };
    const image = `registry.example.com/web@sha256:${'a'.repeat(64)}`;
    const values = { digest: `sha256:${'a'.repeat(64)}` };
    const deployment = lastOf(
      renderApp(factsOf({ app, service: { image, values } })),
      'Deployment',
    );
    const later = renderApp(factsOf({ app, live: { deployment } }));
    expect(containerOf(lastOf(later, 'Deployment')).image).toBe(image);
    const pushed = factsOf({ app, live: { deployment }, marks: { commit: 'b'.repeat(40) } });
    expect(() => renderApp(pushed)).toThrow(/needs \{digest\}/);
  });

  test('an image built in the cluster is pulled each time, because a second build keeps its tag', () => {
    expect(containerOf(lastOf(renderApp(factsOf({ app: { build } })), 'Deployment'))).toMatchObject(
      {
        image: `registry.example.com/web:${commit}`,
        imagePullPolicy: 'Always',
      },
    );
    expect(containerOf(lastOf(renderApp(factsOf()), 'Deployment'))).not.toHaveProperty(
      'imagePullPolicy',
    );
  });
});

describe('the Deployment', () => {
  const deploymentOf = (...given: Parameters<typeof factsOf>) =>
    lastOf(renderApp(factsOf(...given)), 'Deployment');

  test('the app is told its address, its port and which preview it is', () => {
    expect(valuesOf(containerOf(deploymentOf({ app: { ingress } })))).toEqual({
      APP_HOST: '1d0fd508.preview.example.com',
      APP_URL: 'http://1d0fd508.preview.example.com',
      PREVIEW_ID: '1d0fd508',
      PULL_REQUEST: '7',
      COMMIT: commit,
      PORT: '3000',
    });
  });

  test('an app without a route has an address within the cluster', () => {
    expect(valuesOf(containerOf(deploymentOf())).APP_URL).toBe('http://web.shop-pr-7.svc');
  });

  test('a variable of the settings wins, with its placeholders replaced, and stands there once', () => {
    const { env } = containerOf(
      deploymentOf({ app: { env: { PORT: '80', NAME: 'pr-{number}' } } }),
    );
    expect(env.filter(({ name }) => name === 'PORT')).toEqual([{ name: 'PORT', value: '80' }]);
    expect(env.at(-1)).toEqual({ name: 'NAME', value: 'pr-7' });
  });

  test('a branch cannot name another variable that Kubernetes would put in its place', () => {
    const values = { branch: '$(DATABASE_URL)', sha: commit };
    const { env, command } = containerOf(
      deploymentOf({
        app: { env: { BRANCH: '{branch} $(PORT)' }, command: ['run', '{branch}'] },
        service: { values },
      }),
    );
    expect(env.at(-1)?.value).toBe('$$(DATABASE_URL) $(PORT)');
    expect(command).toEqual(['run', '$$(DATABASE_URL)']);
  });

  test('the old version serves until the new one is ready', () => {
    expect(deploymentOf().spec).toMatchObject({
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      progressDeadlineSeconds: 180,
    });
  });

  test('readiness is asked under the host that the app answers to', () => {
    expect(containerOf(deploymentOf()).readinessProbe?.httpGet).toMatchObject({
      path: '/up',
      httpHeaders: [{ name: 'Host', value: '1d0fd508.preview.example.com' }],
    });
    const health = { path: '/healthz' };
    expect(containerOf(deploymentOf({ app: { health } })).readinessProbe).toMatchObject({
      httpGet: { path: '/healthz' },
    });
  });

  test('a status that Kubernetes cannot expect is left to the probe of the address', () => {
    const probe = { path: '/', expect: 401, within: duration(1000) };
    expect(containerOf(deploymentOf({ service: { probe } })).readinessProbe).toMatchObject({
      tcpSocket: { port: 'http' },
    });
  });

  test('pods of Jobs are none that the Service sends requests to', () => {
    const stages = renderApp(factsOf({ app: { build, migrate } }));
    const { selector } = lastOf(stages, 'Service').spec as { selector: Record<string, string> };
    const selected = (labels: Record<string, string>) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value);
    const jobs = [...objectsOf(stages, 'build the image'), ...objectsOf(stages, 'migrate')];
    expect(jobs.map((job) => selected(podOf(job).metadata.labels))).toEqual([false, false]);
    expect(selected(podOf(lastOf(stages, 'Deployment')).metadata.labels)).toBe(true);
  });

  test('the selector, which cannot change, names neither commit nor anything of the configuration', () => {
    const one = deploymentOf().spec as { selector: unknown };
    const other = deploymentOf({
      app: { port: 80, image: 'x:{sha}', env: { A: 'b' } },
      marks: { commit: 'c'.repeat(40) },
    }).spec as { selector: unknown };
    expect(other.selector).toEqual(one.selector);
  });

  test('replicas are those of the app, and no more than are allowed', () => {
    expect(deploymentOf({ settings: { replicas: 1 } }).spec).toMatchObject({ replicas: 1 });
    expect(deploymentOf({ settings: { replicas: 9 } }).spec).toMatchObject({ replicas: 2 });
  });

  test('pods hold no token of the API server and no variables of neighbours', () => {
    expect(podOf(deploymentOf()).spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
  });
});

describe('in a shared namespace', () => {
  test('every name ends as the settings say, also where it refers to another', () => {
    const place = { namespace: 'previews', mode: 'shared', suffix: '-1d0fd508' } as const;
    const stages = renderApp(factsOf({ place, app: { build, migrate, ingress } }));
    const all = finalObjects(stages).map(({ object }) => object);
    expect(
      all.map(({ metadata }) => metadata.name).filter((name) => !name.endsWith('-1d0fd508')),
    ).toEqual([]);
    expect(lastOf(stages, 'Ingress').spec).toMatchObject({
      rules: [{ http: { paths: [{ backend: { service: { name: 'web-1d0fd508' } } }] } }],
    });
  });

  test('names of long services are cut apart, and never above their limit', () => {
    const place = { namespace: 'previews', mode: 'shared', suffix: '-1d0fd508' } as const;
    const nameOf = (name: string) =>
      objectsOf(
        renderApp(factsOf({ place, service: { name }, app: { build } })),
        'build the image',
      )[0]?.metadata.name ?? '';
    const [one, other] = [nameOf(`${'a'.repeat(62)}b`), nameOf(`${'a'.repeat(62)}c`)];
    expect(one).not.toBe(other);
    expect(one.length).toBeLessThanOrEqual(63);
    expect(nameOf('1st')).toMatch(/^s-1st-/);
  });
});

describe('routes', () => {
  test('an Ingress names class, host, annotations and where the certificate is', () => {
    const tls = { kind: 'secret', name: 'wildcard' } as const;
    const annotations = { 'external-dns.alpha.kubernetes.io/hostname': '{id}.example.com' };
    const facts = factsOf({ app: { ingress: { ...ingress, annotations, tls } } });
    const route = lastOf(renderApp(facts), 'Ingress');
    expect(route.spec).toMatchObject({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['1d0fd508.preview.example.com'], secretName: 'wildcard' }],
      rules: [{ host: '1d0fd508.preview.example.com' }],
    });
    expect(Object.values(route.metadata.annotations ?? {})).toEqual(['1d0fd508.example.com']);
    expect(valuesOf(containerOf(lastOf(renderApp(facts), 'Deployment'))).APP_URL).toMatch(
      /^https:/,
    );
  });

  test('the certificate of the controller itself needs no Secret', () => {
    const tls = { kind: 'default' } as const;
    expect(
      lastOf(renderApp(factsOf({ app: { ingress: { ...ingress, tls } } })), 'Ingress').spec,
    ).toMatchObject({
      tls: [{ hosts: ['1d0fd508.preview.example.com'] }],
    });
  });

  test('a Gateway is named with its namespace and listener', () => {
    const parent = { namespace: 'infra', name: 'public', section: 'https' };
    const stages = renderApp(factsOf({ app: { ingress: { kind: 'gateway', parent } } }));
    expect(lastOf(stages, 'HTTPRoute').spec).toMatchObject({
      parentRefs: [{ namespace: 'infra', name: 'public', sectionName: 'https' }],
      hostnames: ['1d0fd508.preview.example.com'],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    });
  });
});
