import type { Duration } from '../../core/time.ts';

/** How a service runs on Kubernetes: `preview.kubernetes`, and what a service overrides of it. Templates are not yet rendered. */
export interface KubernetesSettings {
  /** Context of the KUBECONFIG; absent = its current one, or the cluster that the job runs in. */
  readonly context?: string;
  /** Template of the namespace's name. A shared one names no preview: only {repository}, {owner} and {service} stand in it. */
  readonly namespace: string;
  /** `own`: the namespace belongs to the preview. `shared`: it is there already, and `nameSuffix` tells previews apart. */
  readonly namespaceMode: 'own' | 'shared';
  /** Template appended to every name in a shared namespace, as `-{id}`. */
  readonly nameSuffix: string;
  /** Paths and globs of manifests; exactly one of `manifests` and `app` is there. */
  readonly manifests?: readonly string[];
  readonly app?: AppSettings;
  /** By container name, or by image repository: template of the image that replaces it. */
  readonly images: Readonly<Record<string, string>>;
  /** Variables of containers that name the preview's host: name → template. */
  readonly env: Readonly<Record<string, string>>;
  /** At most so many replicas of each workload; absent = as the manifests say. */
  readonly replicas?: number;
  /** Cluster-scoped kinds that manifests may hold, as `ClusterRole.rbac.authorization.k8s.io`; empty = none. */
  readonly clusterKinds: readonly string[];
  /** Hard limits of a ResourceQuota (`cpu`, `memory`, `pods` …); absent = none. */
  readonly quota?: Readonly<Record<string, string>>;
  /** Default requests of containers that state none (LimitRange), needed beside a quota on cpu or memory. */
  readonly containerDefaults: { readonly cpu: string; readonly memory: string };
  readonly network: 'isolated' | 'open';
  /** Level of Pod Security that the namespace enforces. */
  readonly podSecurity: 'privileged' | 'baseline' | 'restricted';
  /** Secrets for pulling images, copied or referenced by name in the namespace. */
  readonly imagePullSecrets: readonly string[];
  /** Take fields from other managers where they conflict. */
  readonly force: boolean;
  /** The sweep reports drift of live previews. */
  readonly detectDrift: boolean;
  /** How long a rollout may take. */
  readonly rolloutTimeout: Duration;
}

/** A command as an argument list. */
export type Command = readonly string[];

/** A review app: everything that is rendered from the configuration. Texts are templates. */
export interface AppSettings {
  readonly image: string;
  readonly build?: BuildSettings;
  readonly command?: Command;
  readonly args?: Command;
  /** Container port. */
  readonly port: number;
  readonly replicas: number;
  readonly env: Readonly<Record<string, string>>;
  readonly envFrom: readonly ({ readonly secret: string } | { readonly configMap: string })[];
  /** Path of the readiness probe. */
  readonly health?: { readonly path: string };
  /** Requests and limits of the container, as in Kubernetes. */
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  readonly migrate?: { readonly command: Command; readonly timeout: Duration };
  readonly database?: DatabaseSettings;
  readonly ingress?: IngressSettings;
}

/** Builds the image in the cluster, before anything else. */
export interface BuildSettings {
  readonly image: string;
  readonly command: Command;
  readonly timeout: Duration;
  readonly env: Readonly<Record<string, string>>;
  readonly envFrom: AppSettings['envFrom'];
  /** Image of the container that fetches the source; needs sh, tar and curl or wget. */
  readonly sourceImage: string;
  /** Where the source stands in the build container. */
  readonly sourcePath: string;
}

/** PostgreSQL for one preview. */
export interface DatabaseSettings {
  /** `statefulset`, or `cloudnative-pg` (`auto`: that where its CRD is there). */
  readonly provider: 'auto' | 'statefulset' | 'cloudnative-pg';
  readonly version: string;
  /** Image of the StatefulSet, and of the job that copies. */
  readonly image: string;
  readonly name: string;
  readonly storage: string;
  readonly copyFrom?: {
    /** A Secret `name/key`, or `namespace/name/key`, that holds a connection URI. */
    readonly secret: { readonly namespace?: string; readonly name: string; readonly key: string };
    readonly excludeTables: readonly string[];
    /** Largest source database that is copied, in bytes. */
    readonly maxBytes?: number;
    /** SQL file of the repository (of the base branch) that runs in one transaction after the copy. */
    readonly mask?: string;
    readonly timeout: Duration;
  };
}

/** How the application is reached. */
export type IngressSettings =
  | {
      readonly kind: 'ingress';
      readonly class?: string;
      readonly annotations: Readonly<Record<string, string>>;
      readonly tls?:
        | { readonly kind: 'copy'; readonly namespace: string; readonly name: string }
        /** A Secret of that name that is (or will be, by cert-manager) in the namespace. */
        | { readonly kind: 'secret'; readonly name: string }
        /** The controller's own certificate. */
        | { readonly kind: 'default' };
    }
  | {
      readonly kind: 'gateway';
      readonly parent: {
        readonly namespace: string;
        readonly name: string;
        readonly section?: string;
      };
    };

/** The section of the configuration that a desired service carries. */
export function kubernetesSettings(settings: unknown): KubernetesSettings {
  return settings as KubernetesSettings;
}
