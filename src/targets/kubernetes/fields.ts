import type { KubeObject } from './kube-object.ts';

/** What an object holds, read field by field: nothing of it is sure to be there or to be of the kind one thinks. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as fields; none where it is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** The objects of a list; none where it is no list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** The text, empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The number; `otherwise` where it is none. */
export function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** A condition as Kubernetes' kinds have them; texts are empty where absent. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** The conditions in `conditions` of an object's status, or of a part of it. */
export function conditionsOf(holder: unknown): readonly Condition[] {
  return listOf(fieldsOf(holder).conditions).map((fields) => ({
    type: textOf(fields.type),
    status: textOf(fields.status),
    reason: textOf(fields.reason),
    message: textOf(fields.message),
    ...(typeof fields.observedGeneration === 'number' && {
      observedGeneration: fields.observedGeneration,
    }),
  }));
}

/** One condition of an object's status. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object.status).find((condition) => condition.type === type);
}
