import { fieldsOf, listOf } from '../../fields.ts';
import { localName } from '../../review-app/copies.ts';
import { podPathOf } from '../pod-path.ts';
import { rewritten } from '../rewrite.ts';
import { type AdaptStep, mapped } from './adaptation.ts';

/** Pods are given the Secrets that the settings name, besides those that they have. */
export const adaptPullSecrets: AdaptStep = (objects, { settings, place, service }) => {
  const names = settings.imagePullSecrets.map((path) => localName({ place, service }, path));
  if (names.length === 0) return { objects };
  const changed = mapped(objects, (object) => {
    const path = podPathOf(object);
    if (path === undefined) return object;
    return rewritten(object, `${path}spec`, (spec) => {
      const fields = fieldsOf(spec);
      const own = listOf(fields.imagePullSecrets);
      const added = names.filter((name) => !own.some((one) => one.name === name));
      return { ...fields, imagePullSecrets: [...own, ...added.map((name) => ({ name }))] };
    });
  });
  const told = `pods pull images with ${names.join(', ')}`;
  return { objects: changed, told: [told] };
};
