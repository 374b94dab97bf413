import { describe, expect, test } from '@jest/globals';
import { duration } from '../../../../src/core/time.ts';
import { UserError } from '../../../../src/core/user-error.ts';
import { builtInKind } from '../../../../src/targets/kubernetes/connect/known-kinds.ts';
import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import { adapt } from '../../../../src/targets/kubernetes/manifests/adapt/adapt.ts';
import type { AdaptFacts } from '../../../../src/targets/kubernetes/manifests/adapt/adaptation.ts';
import { entranceOf } from '../../../../src/targets/kubernetes/manifests/entrance.ts';
import { readManifests } from '../../../../src/targets/kubernetes/manifests/read-manifests.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const host = '1d0fd508.preview.example.org';

interface Options {
  readonly settings?: Partial<AdaptFacts['settings']>;
  readonly service?: Partial<AdaptFacts['service']>;
  readonly shared?: boolean;
}

function factsFor({ settings, service, shared = false }: Options): AdaptFacts {
  return {
    place: shared
      ? { namespace: 'previews', mode: 'shared', suffix: '-1d0fd508' }
      : { namespace: 'shop-pr-7', mode: 'own', suffix: '' },
    service: {
      name: 'shop',
      host,
      probe: { path: '/', within: duration(1000) },
      values: {
        id: '1d0fd508',
        sha: 'c0ffee',
        digest,
        image: `registry.example.com/shop@${digest}`,
      },
      ...service,
    },
    settings: { images: {}, env: {}, clusterKinds: [], imagePullSecrets: [], ...settings },
    marks: { repository: 'acme/shop', previewId: '1d0fd508' },
    isNamespaced: (kind) => builtInKind(kind)?.namespaced,
  };
}

function adapted(text: string, options: Options = {}) {
  const result = adapt(readManifests([{ file: 'deploy.yaml', text }]), factsFor(options));
  const objects = result.objects.map(({ object }) => object);
  const named = (kind: string) => {
    const found = objects.find((object) => object.kind === kind);
    if (!found) throw new Error(`no ${kind}`);
    // Tests look into objects freely.
    return JSON.parse(JSON.stringify(found));
  };
  return { objects, named, told: result.adapted };
}

function problemsOf(text: string, options: Options = {}): string[] {
  try {
    adapted(text, options);
  } catch (error) {
    if (error instanceof UserError)
      return error.problems.map(({ location, message }) => `${location?.line ?? '-'}: ${message}`);
    throw error;
  }
  return [];
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: production, labels: { app.kubernetes.io/name: mine } }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      serviceAccountName: shop
      initContainers:
        - { name: prepare, image: registry.example.com/shop:1.2 }
      containers:
        - name: web
          image: registry.example.com/shop:1.2
          envFrom: [{ configMapRef: { name: shop } }, { secretRef: { name: foreign } }]
          env:
            - { name: PUBLIC_URL, value: https://shop.example.com }
            - { name: TOKEN, valueFrom: { secretKeyRef: { name: shop, key: token } } }
            - { name: DB_HOST, value: db }
            - { name: CACHE, value: "redis://cache:6379/0" }
            - { name: QUEUE, value: amqp://queue.production.svc.cluster.local }
        - { name: proxy, image: nginx:1.29 }
      volumes:
        - { name: data, persistentVolumeClaim: { claimName: shop } }
        - { name: all, projected: { sources: [{ configMap: { name: shop } }] } }
`;

const simple = (kind: string, name: string, rest = '', apiVersion = 'v1') =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}\n`;

const services = ['shop', 'db', 'cache', 'queue']
  .map((name) =>
    simple('Service', name, `spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }`),
  )
  .join('');

const ingress = (spec: string, annotations = '{}') => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, annotations: ${annotations} }
spec: ${spec}
`;

const rule = (name: string, service = 'shop') =>
  `{ host: "${name}", http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: ${service}, port: { number: 80 } } } }] } }`;

describe('the namespace', () => {
  test("is the preview's in place of that which the manifests name, in fields too", () => {
    const binding = simple(
      'RoleBinding',
      'shop',
      'roleRef: { kind: Role, name: shop, apiGroup: rbac.authorization.k8s.io }\nsubjects: [{ kind: ServiceAccount, name: shop, namespace: production }]',
      'rbac.authorization.k8s.io/v1',
    );
    const { objects, named, told } = adapted(deployment + binding);
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(['shop-pr-7', 'shop-pr-7']);
    expect(named('RoleBinding').subjects[0].namespace).toBe('shop-pr-7');
    expect(told).toContain('namespace shop-pr-7, not production');
  });

  test('of two kinds is refused, with the line', () => {
    const other = simple('ConfigMap', 'coredns').replace(
      'coredns }',
      'coredns, namespace: kube-system }',
    );
    expect(problemsOf(`${deployment}${other}`)).toEqual([
      `${deployment.split('\n').length + 1}: ConfigMap coredns is in the namespace kube-system, and others are in production: a preview has one namespace`,
    ]);
  });

  test('cannot be made by manifests', () => {
    expect(problemsOf(simple('Namespace', 'shop'))).toEqual([
      '2: Namespace shop: the namespace of a preview is made by Understudy, or is there already',
    ]);
  });
});

describe('what belongs to the cluster', () => {
  const role = simple('ClusterRole', 'reader', 'rules: []', 'rbac.authorization.k8s.io/v1');
  const binding = simple(
    'ClusterRoleBinding',
    'reader',
    'roleRef: { kind: ClusterRole, name: reader, apiGroup: rbac.authorization.k8s.io }\nsubjects: [{ kind: ServiceAccount, name: shop, namespace: production }]',
    'rbac.authorization.k8s.io/v1',
  );
  const group = 'rbac.authorization.k8s.io';

  test('is refused', () => {
    expect(problemsOf(role)).toEqual([
      '2: ClusterRole reader belongs to the whole cluster, and would be one for all previews',
    ]);
  });

  test('is allowed by list, under a name of its own for each preview', () => {
    const clusterKinds = [`ClusterRole.${group}`, `ClusterRoleBinding.${group}`];
    const { named, objects } = adapted(role + binding + simple('ServiceAccount', 'shop'), {
      settings: { clusterKinds },
    });
    expect(named('ClusterRole').metadata).toMatchObject({ name: 'reader-1d0fd508' });
    expect(named('ClusterRole').metadata.namespace).toBeUndefined();
    expect(named('ClusterRoleBinding').roleRef.name).toBe('reader-1d0fd508');
    expect(named('ClusterRoleBinding').subjects[0]).toMatchObject({
      name: 'shop',
      namespace: 'shop-pr-7',
    });
    expect(objects[2]?.metadata.name).toBe('shop');
  });
});

describe('images', () => {
  const imagesOf = (object: ReturnType<ReturnType<typeof adapted>['named']>) => {
    const { containers, initContainers } = object.spec.template.spec;
    return [...initContainers, ...containers].map(({ image }) => image);
  };

  test('are replaced by the name of the container, or by the image, whatever its tag', () => {
    const images = {
      web: 'registry.example.com/shop@{digest}',
      'docker.io/library/nginx': 'mirror/nginx:{sha}',
    };
    const { named, told } = adapted(deployment, { settings: { images } });
    expect(imagesOf(named('Deployment'))).toEqual([
      'registry.example.com/shop:1.2',
      `registry.example.com/shop@${digest}`,
      'mirror/nginx:c0ffee',
    ]);
    expect(told).toContain(
      'Deployment shop: image of container proxy is mirror/nginx:c0ffee, not nginx:1.29',
    );
  });

  test('given to the run replace those of their repository without further words', () => {
    const image = `registry.example.com/shop@${digest}`;
    const { named } = adapted(deployment, { service: { image } });
    expect(imagesOf(named('Deployment'))).toEqual([image, image, 'nginx:1.29']);
  });

  test('given to the run and used nowhere are an error', () => {
    const image = `registry.example.com/other@${digest}`;
    expect(problemsOf(deployment, { service: { image } })).toEqual([
      '-: the image that was given for shop is used by no container of its manifests; there are web, proxy, prepare',
    ]);
  });

  test('that need a digest which the run was not given are an error, where they are used', () => {
    const options = { service: { values: { sha: 'c0ffee' } } };
    const needs = (name: string) => ({
      ...options,
      settings: { images: { [name]: 'shop@{digest}' } },
    });
    expect(problemsOf(deployment, needs('web'))).toEqual([
      '-: preview.kubernetes.images.web "shop@{digest}" needs {digest}, which this run was not given',
    ]);
    expect(adapted(deployment, needs('worker')).told).toContain(
      'images: no container is called worker or has such an image',
    );
  });

  test('of CronJobs and Pods are replaced too', () => {
    const pods = `spec: { containers: [{ name: web, image: shop }] }`;
    const cron = simple(
      'CronJob',
      'c',
      `spec: { jobTemplate: { spec: { template: { ${pods} } } } }`,
      'batch/v1',
    );
    const { named } = adapted(cron + simple('Pod', 'p', pods), {
      settings: { images: { web: 'other' } },
    });
    expect(named('CronJob').spec.jobTemplate.spec.template.spec.containers[0].image).toBe('other');
    expect(named('Pod').spec.containers[0].image).toBe('other');
  });
});

describe('variables', () => {
  const envOf = (object: ReturnType<ReturnType<typeof adapted>['named']>) =>
    Object.fromEntries(
      object.spec.template.spec.containers[0].env.map(
        ({ name, value }: { name: string; value?: string }) => [name, value],
      ),
    );

  test('are set where a container has them, itself or from a ConfigMap', () => {
    const config = simple('ConfigMap', 'shop', 'data: { HOME_PAGE: x, OTHER: z }');
    const env = { PUBLIC_URL: 'https://{id}.example.org/$HOME', HOME_PAGE: 'home', MISSING: 'x' };
    const { named, told } = adapted(deployment + config, { settings: { env } });
    expect(envOf(named('Deployment'))).toMatchObject({
      PUBLIC_URL: 'https://1d0fd508.example.org/$HOME',
      HOME_PAGE: 'home',
    });
    expect(named('Deployment').spec.template.spec.containers[1].env).toBeUndefined();
    expect(told).toContain('env: no container has MISSING');
  });

  test("that name Services of production by its namespace name the preview's", () => {
    const { named, told } = adapted(deployment + services);
    expect(envOf(named('Deployment'))).toMatchObject({
      DB_HOST: 'db',
      QUEUE: 'amqp://queue.shop-pr-7.svc.cluster.local',
    });
    expect(told).toContain("Deployment shop: addresses in QUEUE are the preview's own");
  });
});

test('an address of production that no manifest serves is told', () => {
  const { told } = adapted(deployment);
  expect(told).toContain(
    'Deployment shop: QUEUE still names queue.production.svc, which is no Service of the manifests',
  );
});

describe('replicas', () => {
  const scaler = simple(
    'HorizontalPodAutoscaler',
    'shop',
    'spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop } }',
    'autoscaling/v2',
  );

  test('are capped, of autoscalers too', () => {
    const { named, told } = adapted(deployment + scaler, { settings: { replicas: 1 } });
    expect(named('Deployment').spec.replicas).toBe(1);
    expect(named('HorizontalPodAutoscaler').spec).toMatchObject({ minReplicas: 1, maxReplicas: 1 });
    expect(told).toContain('Deployment shop: replicas 1, not 3');
  });

  test('stay where nothing is said, and where they are fewer', () => {
    expect(adapted(deployment).named('Deployment').spec.replicas).toBe(3);
    expect(
      adapted(deployment, { settings: { replicas: 5 } }).named('Deployment').spec.replicas,
    ).toBe(3);
  });
});

describe('hosts', () => {
  test("of an Ingress, its certificate and its annotations are the preview's", () => {
    const annotations =
      '{ external-dns.alpha.kubernetes.io/hostname: "shop.example.com", note: "x.shop.example.com.y" }';
    const spec = `{ rules: [${rule('shop.example.com')}], tls: [{ hosts: ["*.example.com"], secretName: wildcard }] }`;
    const { named, told, objects } = adapted(services + ingress(spec, annotations));
    const made = named('Ingress');
    expect(made.spec.rules[0].host).toBe(host);
    expect(made.spec.tls[0].hosts).toEqual([host]);
    expect(made.metadata.annotations).toEqual({
      'external-dns.alpha.kubernetes.io/hostname': host,
      note: 'x.shop.example.com.y',
    });
    expect(told).toEqual([
      `Ingress shop: host ${host}, not shop.example.com`,
      'Ingress shop: its certificate wildcard is not among the manifests',
    ]);
    expect(entranceOf(objects, { name: 'shop', suffix: '', host })).toEqual({
      url: `https://${host}`,
      backend: { namespace: 'shop-pr-7', name: 'shop', port: 80 },
    });
  });

  test('below the first stand beside it, so that one wildcard certificate is for all', () => {
    const rules = ['api.shop.example.com', 'shop.example.com', 'a.b.shop.example.com'].map((one) =>
      rule(one),
    );
    const { named } = adapted(ingress(`{ rules: [${rules}] }`));
    expect(named('Ingress').spec.rules.map((one: { host: string }) => one.host)).toEqual([
      'api-1d0fd508.preview.example.org',
      host,
      'a-b-1d0fd508.preview.example.org',
    ]);
  });

  test('of which one begins with the service are told apart, others are refused', () => {
    const two = (one: string, other: string) =>
      ingress(`{ rules: [${rule(one)}, ${rule(other)}] }`);
    const { named } = adapted(two('admin.example.com', 'shop.example.com'));
    expect(named('Ingress').spec.rules[0].host).toBe('admin-1d0fd508.preview.example.org');
    expect(problemsOf(two('one.example.com', 'two.example.com'))).toEqual([
      "2: the manifests are for several hosts (one.example.com, two.example.com), and it cannot be told which of them is the preview's",
    ]);
  });

  test("an Ingress for every host is for the preview's only", () => {
    const { named } = adapted(
      ingress('{ defaultBackend: { service: { name: shop, port: { number: 80 } } } }'),
    );
    expect(named('Ingress').spec).toMatchObject({
      rules: [{ host, http: { paths: [{ path: '/' }] } }],
    });
    expect(named('Ingress').spec.defaultBackend).toBeUndefined();
  });

  test("of routes and certificates are the preview's, and the gateway beside production stays", () => {
    const gateway = 'gateway.networking.k8s.io/v1';
    const route = simple(
      'HTTPRoute',
      'shop',
      'spec: { parentRefs: [{ name: public }], hostnames: [shop.example.com], rules: [{ backendRefs: [{ name: shop, port: 80 }] }] }',
      gateway,
    ).replace('shop }', 'shop, namespace: production }');
    const certificate = simple(
      'Certificate',
      'shop',
      'spec: { dnsNames: ["*.example.com", shop.example.com] }',
      'cert-manager.io/v1',
    );
    const { named, objects } = adapted(route + certificate);
    expect(named('HTTPRoute').spec).toMatchObject({
      hostnames: [host],
      parentRefs: [{ name: 'public', namespace: 'production' }],
    });
    expect(named('Certificate').spec.dnsNames).toEqual(['*.preview.example.org', host]);
    expect(entranceOf(objects, { name: 'shop', suffix: '', host }).url).toBe(`https://${host}`);
  });

  test("of Istio, Contour, Traefik and OpenShift are the preview's too", () => {
    const text = [
      simple(
        'VirtualService',
        'a',
        'spec: { hosts: [shop.example.com, shop] }',
        'networking.istio.io/v1',
      ),
      simple(
        'HTTPProxy',
        'b',
        'spec: { virtualhost: { fqdn: shop.example.com } }',
        'projectcontour.io/v1',
      ),
      simple(
        'IngressRoute',
        'c',
        'spec: { routes: [{ match: "Host(`shop.example.com`) && PathPrefix(`/`)" }] }',
        'traefik.io/v1alpha1',
      ),
      simple('Route', 'd', 'spec: { host: shop.example.com }', 'route.openshift.io/v1'),
    ].join('');
    expect(JSON.stringify(adapted(text).objects)).not.toContain('example.com');
  });

  test('without a host of the preview are an error', () => {
    expect(
      problemsOf(ingress(`{ rules: [${rule('shop.example.com')}] }`), { service: { host: '' } }),
    ).toEqual(["2: Ingress shop needs the preview's host, and there is none"]);
  });
});

describe('in a shared namespace', () => {
  const whole = [
    deployment,
    services,
    simple('ConfigMap', 'shop', 'data: { nginx.conf: "proxy_pass http://cache:6379; # cache" }'),
    simple('Secret', 'shop'),
    simple('ServiceAccount', 'shop'),
    simple('PersistentVolumeClaim', 'shop', 'spec: { volumeName: pv-1 }'),
    simple(
      'HorizontalPodAutoscaler',
      'shop',
      'spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop } }',
      'autoscaling/v2',
    ),
    simple(
      'PodDisruptionBudget',
      'shop',
      'spec: { selector: { matchLabels: { app: shop } } }',
      'policy/v1',
    ),
    simple(
      'NetworkPolicy',
      'shop',
      'spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: shop } } }, { namespaceSelector: {}, podSelector: {} }] }] }',
      'networking.k8s.io/v1',
    ),
    ingress(
      `{ rules: [${rule('shop.example.com')}], tls: [{ hosts: [shop.example.com], secretName: made }] }`,
      '{ cert-manager.io/cluster-issuer: letsencrypt }',
    ),
  ].join('');
  const { objects, named } = adapted(whole, { shared: true });

  test('every name ends in what tells previews apart', () => {
    expect(objects.every(({ metadata }) => metadata.name.endsWith('-1d0fd508'))).toBe(true);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set(['previews']),
    );
  });

  test('references follow, and those to what is not of the manifests stay', () => {
    const { spec } = named('Deployment').spec.template;
    expect(spec).toMatchObject({
      serviceAccountName: 'shop-1d0fd508',
      volumes: [
        { persistentVolumeClaim: { claimName: 'shop-1d0fd508' } },
        { projected: { sources: [{ configMap: { name: 'shop-1d0fd508' } }] } },
      ],
    });
    const [web] = spec.containers;
    expect(web.envFrom).toEqual([
      { configMapRef: { name: 'shop-1d0fd508' } },
      { secretRef: { name: 'foreign' } },
    ]);
    expect(web.env[1].valueFrom.secretKeyRef.name).toBe('shop-1d0fd508');
    expect(named('HorizontalPodAutoscaler').spec.scaleTargetRef.name).toBe('shop-1d0fd508');
    expect(named('Ingress').spec.rules[0].http.paths[0].backend.service.name).toBe('shop-1d0fd508');
  });

  test('a certificate that is yet to be made has a name of its own', () => {
    expect(named('Ingress').spec.tls).toEqual([{ hosts: [host], secretName: 'made-1d0fd508' }]);
  });

  test("addresses of the manifests' own Services follow", () => {
    const { env } = named('Deployment').spec.template.spec.containers[0];
    expect(env.map(({ value }: { value?: string }) => value)).toEqual([
      'https://shop.example.com',
      undefined,
      'db-1d0fd508',
      'redis://cache-1d0fd508:6379/0',
      'amqp://queue-1d0fd508.previews.svc.cluster.local',
    ]);
    expect(named('ConfigMap').data).toEqual({
      'nginx.conf': 'proxy_pass http://cache-1d0fd508:6379; # cache',
    });
  });

  test('selectors take the pods of this preview only', () => {
    const own = { 'understudy.dev/preview': '1d0fd508' };
    expect(named('Deployment').spec.selector.matchLabels).toEqual({ app: 'shop', ...own });
    expect(named('Deployment').spec.template.metadata.labels).toMatchObject({
      app: 'shop',
      ...own,
    });
    expect(named('Service').spec.selector).toEqual({ app: 'shop', ...own });
    expect(objects.find(({ metadata }) => metadata.name === 'db-1d0fd508')?.spec).toMatchObject({
      selector: { app: 'db' },
    });
    expect(named('PodDisruptionBudget').spec.selector.matchLabels).toMatchObject(own);
    expect(named('NetworkPolicy').spec).toMatchObject({
      podSelector: { matchLabels: own },
      ingress: [
        {
          from: [{ podSelector: { matchLabels: own } }, { namespaceSelector: {}, podSelector: {} }],
        },
      ],
    });
  });

  test('what there is only one of is let go', () => {
    expect(named('PersistentVolumeClaim').spec).toEqual({});
  });

  test('names that are too long are cut, and stay different', () => {
    const long = 'x'.repeat(60);
    const text = simple('Service', `${long}-a`) + simple('Service', `${long}-b`);
    const names = adapted(text, { shared: true }).objects.map(({ metadata }) => metadata.name);
    expect(names.map(({ length }) => length)).toEqual([63, 63]);
    expect(new Set(names).size).toBe(2);
  });

  test("the Service of the service's name is its entrance where nothing else is", () => {
    const { objects: plain } = adapted(services, { shared: true });
    expect(entranceOf(plain, { name: 'shop', suffix: '-1d0fd508', host })).toEqual({
      url: 'http://shop-1d0fd508.previews.svc',
      backend: { namespace: 'previews', name: 'shop-1d0fd508', port: 80 },
    });
  });
});

describe('labels', () => {
  test('say whose everything is, and selectors of a namespace of its own stay', () => {
    const { named } = adapted(deployment);
    const made = named('Deployment');
    expect(made.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'mine',
      'app.kubernetes.io/instance': 'shop-1d0fd508',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'understudy',
      'understudy.dev/repository': 'acme.shop',
      'understudy.dev/preview': '1d0fd508',
      'understudy.dev/service': 'shop',
    });
    expect(made.spec.selector.matchLabels).toEqual({ app: 'shop' });
    expect(made.spec.template.metadata.labels).toEqual({
      app: 'shop',
      'understudy.dev/repository': 'acme.shop',
      'understudy.dev/preview': '1d0fd508',
      'understudy.dev/service': 'shop',
    });
  });

  test('of claims of a StatefulSet are there, by which they are found', () => {
    const set = simple(
      'StatefulSet',
      'db',
      'spec: { serviceName: db, template: { spec: { containers: [] } }, volumeClaimTemplates: [{ metadata: { name: data } }] }',
      'apps/v1',
    );
    const [claim] = adapted(set).named('StatefulSet').spec.volumeClaimTemplates;
    expect(claim.metadata).toMatchObject({
      name: 'data',
      labels: { 'understudy.dev/preview': '1d0fd508' },
    });
  });
});

test('addresses and ports of production are let go', () => {
  const spec =
    'spec: { clusterIP: 10.0.0.9, type: NodePort, ports: [{ port: 80, nodePort: 30080 }] }';
  const { named, told } = adapted(simple('Service', 'shop', spec));
  expect(named('Service').spec).toEqual({ type: 'NodePort', ports: [{ port: 80 }] });
  expect(told).toEqual(['Service shop: without clusterIP, nodePort, which there is one of']);
});

test('pods pull with the Secrets that the settings name', () => {
  const { named } = adapted(deployment, {
    settings: { imagePullSecrets: ['pull', 'shared/registry'] },
  });
  expect(named('Deployment').spec.template.spec.imagePullSecrets).toEqual([
    { name: 'pull' },
    { name: 'shop-registry' },
  ]);
});

test('nothing that was given changes', () => {
  const staged = readManifests([{ file: 'deploy.yaml', text: deployment + services }]);
  const before = JSON.stringify(staged);
  const deepFrozen = JSON.parse(before, (_, value) => Object.freeze(value)) as typeof staged;
  const options = {
    shared: true,
    settings: { replicas: 1, images: { web: 'x' }, env: { DB_HOST: 'y' } },
  };
  const result = adapt(deepFrozen, factsFor(options));
  expect(JSON.stringify(deepFrozen)).toBe(before);
  expect(result.objects.map(({ object }: { object: KubeObject }) => object.kind)).toContain(
    'Service',
  );
});
