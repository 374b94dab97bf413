import type { KubeObject } from '../../../../src/targets/kubernetes/kube-object.ts';
import type { Stage } from '../../../../src/targets/kubernetes/stage.ts';

/** A container of what was rendered, as far as tests look into it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly readinessProbe?: Readonly<Record<string, unknown>>;
}

/** The names of stages, in order. */
export function names(stages: readonly Stage[]): string[] {
  return stages.map(({ name }) => name);
}

/** The objects of a stage; none where there is no such stage. */
export function objectsOf(stages: readonly Stage[], name: string): KubeObject[] {
  const stage = stages.find((one) => one.name === name);
  return stage?.objects.map(({ object }) => object) ?? [];
}

/** The object of that kind and name in the last stage that has it. */
export function lastOf(stages: readonly Stage[], kind: string, name?: string): KubeObject {
  const found = stages
    .flatMap((stage) => stage.objects.map(({ object }) => object))
    .filter(
      (object) => object.kind === kind && object.metadata.name === (name ?? object.metadata.name),
    );
  const last = found.at(-1);
  if (!last) throw new Error(`there is no ${kind} ${name ?? ''}`);
  return last;
}

/** The pod of a workload. */
export function podOf(workload: KubeObject) {
  const { template } = workload.spec as {
    template: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
      spec: {
        containers: readonly Container[];
        initContainers?: readonly Container[];
        [field: string]: unknown;
      };
    };
  };
  return template;
}

/** The only container of a workload. */
export function containerOf(workload: KubeObject): Container {
  const [container] = podOf(workload).spec.containers;
  if (!container) throw new Error('there is no container');
  return container;
}

/** Variables with a value, by name. */
export function valuesOf({ env }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
