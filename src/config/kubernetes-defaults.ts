/** What holds for `preview.kubernetes` where the file says nothing. */
export const defaultKubernetes = {
  'namespace-mode': 'own' as const,
  'container-defaults': { cpu: '100m', memory: '128Mi' },
  network: 'isolated' as const,
  'pod-security': 'baseline' as const,
  force: false,
  'detect-drift': false,
  'rollout-timeout': '10m',
};

/** Name of a preview’s own namespace where the file does not say; it is shortened where that is too long. */
export const defaultNamespace = '{repository}-preview-{id}';

/** Tells previews apart in a shared namespace where the file does not say how. */
export const defaultNameSuffix = '-{id}';

/** What holds for `preview.kubernetes.app` where the file says nothing. */
export const defaultApp = { port: 8080, replicas: 1 };

/** What holds for `app.build.job` where the file says nothing. */
export const defaultBuild = {
  timeout: '20m',
  // Has a shell, tar and a client that checks certificates, and runs without root.
  'source-image': 'curlimages/curl:8.11.1',
  'source-path': '/workspace',
};

/** What holds for `app.database.postgres` where the file says nothing. */
export const defaultPostgres = {
  provider: 'auto' as const,
  version: '17',
  name: 'app',
  storage: '5Gi',
  'copy-timeout': '30m',
};
