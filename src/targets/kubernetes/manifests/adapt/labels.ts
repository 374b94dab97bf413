import { fieldsOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { previewLabels } from '../../marks.ts';
import { podPathOf } from '../pod-path.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptFacts, type AdaptStep, mapped } from './adaptation.ts';

/** Whose object it is; what others select by is left as it is. */
export const adaptLabels: AdaptStep = (objects, facts) => {
  const marks = markLabels(facts);
  return { objects: mapped(objects, (object) => labelled(object, marks, usualLabels(facts))) };
};

function markLabels({ marks, service }: AdaptFacts): Record<string, string> {
  return { ...previewLabels(marks), 'understudy.dev/service': service.name };
}

function usualLabels({ marks, service }: AdaptFacts): Record<string, string> {
  const [, repository = ''] = marks.repository.split('/');
  const isLabel = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(repository);
  return {
    'app.kubernetes.io/name': service.name,
    'app.kubernetes.io/instance': `${service.name.slice(0, 40)}-${marks.previewId}`,
    ...(isLabel && { 'app.kubernetes.io/part-of': repository }),
  };
}

function labelled(
  object: KubeObject,
  marks: Record<string, string>,
  usual: Record<string, string>,
): KubeObject {
  const { metadata } = object;
  const labels = { ...usual, ...metadata.labels, ...marks };
  // Claims of a StatefulSet outlive it: by these they are found.
  const claims = 'spec.volumeClaimTemplates.*';
  const own = rewritten({ ...object, metadata: { ...metadata, labels } }, claims, (claim) =>
    withLabels(claim, marks),
  );
  const path = podPathOf(object);
  if (path === undefined || path === '') return own;
  // Pods keep a `managed-by` of their own: selectors may name it.
  const ofPods = Object.entries(marks).filter(([key]) => key.startsWith('understudy.dev/'));
  return rewritten(own, path.replace(/\.$/, ''), (template) =>
    withLabels(template, Object.fromEntries(ofPods)),
  );
}

function withLabels(value: unknown, added: Record<string, string>) {
  const fields = fieldsOf(value);
  const metadata = fieldsOf(fields.metadata);
  const labels = { ...fieldsOf(metadata.labels), ...added };
  return { ...fields, metadata: { ...metadata, labels } };
}
