import { type Fields, fieldsOf, listOf } from '../../fields.ts';
import type { KubeObject } from '../../kube-object.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptStep, kindKey, nameOf } from './adaptation.ts';

/** What there is only one of in a cluster, and production has it: addresses, ports of nodes, volumes. */
export const freeAddresses: AdaptStep = (objects) => {
  const told: string[] = [];
  const freed = objects.map((staged) => {
    const object = freedObject(staged.object);
    const gone = object === staged.object ? [] : goneFrom(staged.object);
    if (gone.length > 0)
      told.push(`${nameOf(object)}: without ${gone.join(', ')}, which there is one of`);
    return { ...staged, object };
  });
  return { objects: freed, told };
};

const ofServices = ['clusterIP', 'clusterIPs', 'loadBalancerIP', 'healthCheckNodePort'];

function freedObject(object: KubeObject): KubeObject {
  switch (kindKey(object)) {
    case 'Service.': {
      if (fieldsOf(object.spec).clusterIP === 'None') return object;
      const own = rewritten(object, 'spec', (spec) => without(spec, ofServices));
      return rewritten(own, 'spec.ports.*', (port) => without(port, ['nodePort']));
    }
    case 'PersistentVolumeClaim.':
      return rewritten(object, 'spec', (spec) => without(spec, ['volumeName']));
    default:
      return object;
  }
}

function goneFrom({ spec }: KubeObject): string[] {
  const fields = fieldsOf(spec);
  const own = [...ofServices, 'volumeName'].filter((key) => fields[key] !== undefined);
  const hasPort = listOf(fields.ports).some(({ nodePort }) => nodePort !== undefined);
  return hasPort ? [...own, 'nodePort'] : own;
}

function without(value: unknown, keys: readonly string[]): Fields {
  const fields = fieldsOf(value);
  if (!keys.some((key) => Object.hasOwn(fields, key))) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}
