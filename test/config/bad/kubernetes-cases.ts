import { type BadFile, bad } from './cases.ts';

/** A file that is sound but for the one line under `kubernetes:`. */
function inSection(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  kubernetes:\n    manifests: deploy\n    ${line}\n`;
  return bad(name, text, [`4:${column}`, ...says]);
}

/** As `inSection`, without manifests. */
function alone(name: string, line: string, column: number, ...says: string[]): BadFile {
  return bad(name, `preview:\n  kubernetes:\n    ${line}\n`, [`3:${column}`, ...says]);
}

/** A file that is sound but for the one line under `app:`. */
function inApp(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  host: "{id}.example.com"\n  kubernetes:\n    app:\n      image: "web:{sha}"\n      ${line}\n`;
  return bad(name, text, [`6:${column}`, ...says]);
}

/** A file that is sound but for the one line under `job:`. */
function inBuild(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  kubernetes:\n    app:\n      image: "web:{sha}"\n      build:\n        job:\n          image: kaniko\n          command: [build]\n          ${line}\n`;
  return bad(name, text, [`9:${column}`, ...says]);
}

/** A file that is sound but for the one line under `postgres:`. */
function inPostgres(name: string, line: string, column: number, ...says: string[]): BadFile {
  const text = `preview:\n  kubernetes:\n    app:\n      image: "web:{sha}"\n      database:\n        postgres:\n          copy-from: { secret: db/url }\n          ${line}\n`;
  return bad(name, text, [`8:${column}`, ...says]);
}

export const kubernetesFaults: readonly BadFile[] = [
  bad('kubernetes without its section', 'preview:\n  target: kubernetes\n', [
    '2:11',
    'preview.target: a preview needs "kubernetes.manifests" or "kubernetes.app"',
  ]),
  bad('an empty section of kubernetes', 'preview:\n  kubernetes: {}\n', [
    '2:15',
    'needs "kubernetes.manifests" or "kubernetes.app"',
  ]),
  bad(
    'a service on kubernetes without its section',
    'preview:\n  services:\n    web: { target: kubernetes }\n',
    ['3:20', 'preview.services.web.target: a preview needs'],
  ),
  bad(
    'two sections of targets and no target',
    'preview:\n  cloudformation: { template: a.yaml }\n  kubernetes: { manifests: a }\n',
    ['3:15', 'no target says which of the two counts'],
  ),
  inSection(
    'manifests beside an app',
    'app: { image: "web:{sha}" }',
    10,
    'stands beside manifests',
  ),
  inSection('a key in camelCase', 'podSecurity: baseline', 5, 'Did you mean "pod-security"?'),
  inSection('replicas without app', 'replicas: 2', 5, 'Did you mean "max-replicas"?'),
  inSection('a key of the app', 'ingress: {}', 5, 'It belongs in preview.kubernetes.app.'),
  inSection('a context with a placeholder', 'context: "{id}"', 14, 'the name of a context'),
  inSection(
    'a namespace that is the same for all',
    'namespace: previews',
    16,
    'every preview would have the same namespace "previews"',
  ),
  inSection('a namespace by service', 'namespace: "{service}"', 16, 'the same namespace'),
  inSection('a namespace with an underscore', 'namespace: "pr_{number}"', 16, 'cannot be the name'),
  inSection('a namespace in capitals', 'namespace: "PR-{number}"', 16, 'cannot be the name'),
  inSection('a namespace by commit', 'namespace: "pr-{sha}"', 16, 'a new namespace for every push'),
  inSection('a namespace by branch', 'namespace: "pr-{branch}"', 16, 'may hold characters'),
  inSection('a namespace of Kubernetes', 'namespace: "kube-{id}"', 16, 'belongs to Kubernetes'),
  inSection('a misspelt placeholder', 'namespace: "pr-{numbr}"', 16, 'Did you mean {number}?'),
  inSection('a mode that is none', 'namespace-mode: one', 21, 'Allowed: own, shared'),
  inSection(
    'a suffix in an own namespace',
    'name-suffix: "-{id}"',
    18,
    'no effect in a namespace of the preview’s own',
  ),
  inSection(
    'a shared namespace without name',
    'namespace-mode: shared',
    21,
    'a shared namespace needs "kubernetes.namespace"',
  ),
  bad(
    'a shared namespace for each preview',
    'preview: { kubernetes: { manifests: a, namespace-mode: shared, namespace: "pr-{id}" } }\n',
    ['1:75', 'differs between previews'],
  ),
  bad(
    'a suffix that is the same for all',
    'preview: { kubernetes: { manifests: a, namespace-mode: shared, namespace: p, name-suffix: "-preview" } }\n',
    ['1:91', 'every preview would have names that end in "-preview"'],
  ),
  bad(
    'an empty suffix',
    'preview: { kubernetes: { manifests: a, namespace-mode: shared, namespace: p, name-suffix: "" } }\n',
    ['1:91', 'cannot be the end of a name'],
  ),
  bad(
    'a quota of a shared namespace',
    'preview: { kubernetes: { manifests: a, namespace-mode: shared, namespace: p, quota: { pods: 3 } } }\n',
    ['1:85', 'no effect in a shared namespace'],
  ),
  bad(
    'Pod Security of a shared namespace',
    'preview: { kubernetes: { manifests: a, namespace-mode: shared, namespace: p, pod-security: restricted } }\n',
    ['1:92', 'no effect in a shared namespace'],
  ),
  alone('no manifests at all', 'manifests: []', 16, 'there is no path in it'),
  alone(
    'manifests above the repository',
    'manifests: ../deploy',
    16,
    'leads out of the repository',
  ),
  alone('manifests at an address', 'manifests: https://x.org/a.yaml', 16, 'manifests are files'),
  alone('manifests by commit', 'manifests: "deploy/{sha}"', 16, 'has a placeholder'),
  alone('a bracket that is never closed', 'manifests: "a/[b"', 16, 'never closed'),
  alone('manifests that are left out', 'manifests: "!deploy"', 16, 'starts with !'),
  alone('manifests as mapping', 'manifests: { a: b }', 16, 'a path, a glob or a list of them'),
  inSection('images as list', 'images: [web]', 13, 'a mapping of containers to images'),
  inSection('an image with a scheme', 'images: { web: "https://x/web" }', 20, 'cannot be an image'),
  inSection('an image in capitals', 'images: { web: "Reg/Web:{sha}" }', 20, 'cannot be an image'),
  inSection('a commit as digest', 'images: { web: "web@{sha}" }', 20, 'else than a digest'),
  inSection('an image by branch', 'images: { web: "web:{branch}" }', 20, 'no image can have'),
  inSection('a misspelt image', 'images: { web: "{imge}" }', 20, 'Did you mean {image}?'),
  inSection('a container in capitals', 'images: { Web: "{image}" }', 15, 'neither a container nor'),
  inSection('a shell’s placeholder', `env: { URL: "$${'{id}'}.x" }`, 17, 'with a dollar sign'),
  inSection('a number in env', 'env: { N: 1 }', 15, 'a text in quotes, not a number'),
  inSection('a variable with a space', 'env: { "A B": x }', 12, 'not the name of an environment'),
  inSection('no replicas', 'max-replicas: 0', 19, 'a whole number from 1 to 100'),
  inSection('namespaces as cluster kind', 'cluster-kinds: Namespace', 20, 'made by Understudy'),
  inSection(
    'a kind that is everyone’s',
    'cluster-kinds: CustomResourceDefinition.apiextensions.k8s.io',
    20,
    'changes the cluster for everyone',
  ),
  inSection('a plural as kind', 'cluster-kinds: [clusterroles]', 21, 'not a kind and its group'),
  inSection('gigabytes of memory', 'quota: { memory: 2GB }', 22, 'not an amount of memory'),
  inSection('thousandths of a byte', 'quota: { memory: 512m }', 22, 'a fraction of a byte'),
  inSection('processors in gibibytes', 'quota: { cpu: 2Gi }', 19, 'not a number of processors'),
  inSection('a negative quota', 'quota: { cpu: -1 }', 19, '"-1" is not a number of processors'),
  inSection('half a pod', 'quota: { pods: 1.5 }', 20, '"1.5" is not a number of objects'),
  inSection('a resource in capitals', 'quota: { CPU: 1 }', 14, 'not the name of a resource'),
  inSection(
    'a quota that no container fits into',
    'quota: { memory: 64Mi }',
    22,
    'request 128Mi, which is more',
  ),
  inSection('a default without unit', 'container-defaults: { memory: lots }', 35, 'not an amount'),
  inSection('a network that is none', 'network: closed', 14, 'Allowed: isolated, open'),
  inSection('a level of Pod Security', 'pod-security: strict', 19, 'Allowed: privileged, baseline'),
  inSection(
    'an e-mail as secret',
    'image-pull-secrets: a@b',
    25,
    'cannot be the name of an object',
  ),
  inSection('yes for true', 'force: yes', 12, 'must be true or false'),
  inSection('a rollout without unit', 'rollout-timeout: 600', 22, 'a length of time, not 600'),
  bad(
    'two services that differ in what holds for their namespace',
    'preview:\n  kubernetes: { manifests: a }\n  services:\n    web: {}\n    api: { kubernetes: { manifests: b, network: open } }\n',
    ['5:49', 'share a namespace, and differ in network'],
  ),
  bad(
    'two services of the same manifests',
    'preview:\n  kubernetes: { manifests: [a, b] }\n  services: { web: {}, api: {} }\n',
    ['2:28', '"web" and "api" would both make the objects of "a"'],
  ),
];

export const reviewAppFaults: readonly BadFile[] = [
  bad('an app without image', 'preview:\n  kubernetes: { app: { port: 3000 } }\n', [
    '2:22',
    'a review app needs "kubernetes.app.image"',
  ]),
  alone('an app whose image never changes', 'app: { image: "web:latest" }', 19, 'every commit'),
  alone('an empty app', 'app: {}', 10, 'a review app needs "kubernetes.app.image"'),
  bad(
    'images beside an app',
    'preview: { kubernetes: { app: { image: "{image}" }, images: { web: "{image}" } } }\n',
    ['1:61', 'no effect beside app'],
  ),
  bad(
    'env beside an app',
    'preview: { kubernetes: { app: { image: "{image}" }, env: { A: b } } }\n',
    ['1:58', 'no effect beside app'],
  ),
  inApp('a misspelt key of the app', 'migrat: {}', 7, 'Did you mean "migrate"?'),
  inApp('a key of the section', 'quota: { pods: 3 }', 7, 'unknown key "quota"'),
  inApp('a port that is none', 'port: 70000', 13, 'a whole number from 1 to 65535'),
  inApp('a port in quotes', 'port: "3000"', 13, 'must be a whole number'),
  inApp('a command as text', 'command: npm start', 16, 'a list of words, not "npm start"'),
  inApp('an empty command', 'command: []', 16, 'it is empty'),
  inApp('a branch in a command', 'args: ["{branch}"]', 14, 'what a shell would run'),
  inApp('a flag in a command', 'args: [serve, true]', 21, 'a word in quotes, not true'),
  inApp('PORT in env', 'env: { PORT: "80" }', 20, 'PORT is given by Understudy, from app.port'),
  inApp('env-from as mapping', 'env-from: { secret: a }', 17, 'must be a list, not a mapping'),
  inApp('a source of two kinds', 'env-from: [{ secret: a, config-map: b }]', 18, 'not one source'),
  inApp('a source of no kind', 'env-from: [{}]', 18, 'not one source of variables'),
  inApp('a misspelt source', 'env-from: [{ secrets: a }]', 20, 'Did you mean "secret"?'),
  inApp(
    'a source of three parts',
    'env-from: [{ secret: a/b/c }]',
    28,
    'of the form namespace/name',
  ),
  inApp('a source as text', 'env-from: [app-env]', 18, 'must be a mapping, not "app-env"'),
  inApp('health as text', 'health: /healthz', 15, 'must be a mapping, not "/healthz"'),
  inApp('health without path', 'health: {}', 15, 'needs the key path'),
  inApp('migrate as text', 'migrate: bin/migrate', 16, 'must be a mapping, not "bin/migrate"'),
  inApp('migrations without command', 'migrate: { timeout: 5m }', 16, 'needs the key command'),
  inApp(
    'a request above its limit',
    'resources: { requests: { memory: 1Gi }, limits: { memory: 512Mi } }',
    40,
    '"1Gi" is more than its limit "512Mi"',
  ),
  inApp('half a gigabyte', 'resources: { limits: { memory: 0.5g } }', 38, 'not an amount'),
  bad(
    'an ingress and a gateway',
    'preview:\n  host: "{id}.x.org"\n  kubernetes: { app: { image: "{image}", ingress: {}, gateway: { parent: a/b } } }\n',
    ['3:64', 'it stands beside ingress'],
  ),
  inApp(
    'a gateway without namespace',
    'gateway: { parent: public }',
    26,
    'of the form namespace/name',
  ),
  inApp('a gateway without parent', 'gateway: {}', 16, 'needs the key parent'),
  inApp('tls as flag', 'ingress: { tls: true }', 23, 'must be a mapping, not true'),
  inApp('tls without source', 'ingress: { tls: {} }', 23, 'not one source of the certificate'),
  inApp(
    'tls of two sources',
    'ingress: { tls: { secret: a, default: true } }',
    23,
    'not one source',
  ),
  inApp('tls by default, or not', 'ingress: { tls: { default: false } }', 23, 'not one source'),
  inApp(
    'a certificate without namespace',
    'ingress: { tls: { copy-from: wildcard } }',
    36,
    'not of the form namespace/name',
  ),
  inApp('an annotation with a space', 'ingress: { annotations: { "a b": c } }', 33, 'annotation'),
  bad(
    'an ingress without host',
    'preview: { kubernetes: { app: { image: "{image}", ingress: {} } } }\n',
    ['1:60', 'it needs a host'],
  ),
  bad(
    'a host that no wildcard covers',
    'preview:\n  host: "web.{id}.example.com"\n  kubernetes: { app: { image: "{image}", ingress: { tls: { copy-from: a/b } } } }\n',
    ['3:71', 'a wildcard stands for the first label alone'],
  ),
  inBuild('a build without time', 'timeout: soon', 20, '"soon" is not a length of time'),
  inBuild('a relative path of the source', 'source-path: src', 24, 'not an absolute path'),
  inBuild('a misspelt key of a build', 'dockerfile: a', 11, 'unknown key "dockerfile"'),
  bad(
    'a build without job',
    'preview: { kubernetes: { app: { image: "{image}", build: { image: kaniko } } } }\n',
    ['1:58', 'needs the key job'],
    ['1:60', 'unknown key "image"', 'It belongs in preview.kubernetes.app.build.job'],
  ),
  bad(
    'a build of an image that is given',
    'preview:\n  kubernetes: { app: { image: "{image}", build: { job: { image: k, command: [b] } } } }\n',
    ['2:31', 'names no repository that the build could push to'],
  ),
  bad(
    'a build of one tag',
    'preview:\n  kubernetes: { app: { image: "web:{slug}", build: { job: { image: k, command: [b] } } } }\n',
    ['2:31', 'two commits would build the same image'],
  ),
  inApp('a database without kind', 'database: {}', 17, 'needs the key postgres'),
  bad(
    'another database',
    'preview: { kubernetes: { app: { image: "{image}", database: { mysql: {} } } } }\n',
    ['1:61', 'needs the key postgres'],
    ['1:63', 'unknown key "mysql"'],
  ),
  inApp(
    'masking without a copy',
    'database: { postgres: { mask: a.sql } }',
    37,
    'there is nothing that is copied',
  ),
  bad(
    'DATABASE_URL beside a database',
    'preview: { kubernetes: { app: { image: "{image}", database: { postgres: {} }, env: { DATABASE_URL: x } } } }\n',
    ['1:100', 'given by Understudy, from app.database'],
  ),
  inPostgres('an address in the file', 'version: postgres', 20, 'not a version of PostgreSQL'),
  inPostgres('a database of the server', 'name: postgres', 17, 'cannot be the name of a database'),
  inPostgres('a volume without unit', 'storage: much', 20, 'not an amount of memory or storage'),
  inPostgres('a copy that does not fit', 'max-size: 9Gi', 21, 'does not fit into storage of "5Gi"'),
  inPostgres('a pattern with quotes', 'exclude-tables: ["a b"]', 28, 'not a pattern of tables'),
  inPostgres('a table as text', 'exclude-tables: audit', 27, 'a list of patterns, not "audit"'),
  inPostgres('a script elsewhere', 'mask: /tmp/a.sql', 17, 'leads out of the repository'),
  inPostgres('a provider that is none', 'provider: rds', 21, 'Allowed: auto, statefulset'),
  inApp(
    'a source as address',
    'database: { postgres: { copy-from: "postgres://u:p@h/d" } }',
    42,
    'must be a mapping',
  ),
  inApp(
    'a source without key',
    'database: { postgres: { copy-from: { secret: staging-db } } }',
    52,
    'not of the form name/key',
  ),
];
