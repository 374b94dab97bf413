import { type AdaptStep, kindKey, nameOf, problemAt } from './adaptation.ts';

/** What belongs to the cluster is refused, unless the settings name its kind; a namespace always. */
export const checkClusterKinds: AdaptStep = (objects, { settings, isNamespaced }) => {
  const isAllowed = (key: string, kind: string) =>
    settings.clusterKinds.some((allowed) => [key, key.replace(/\.$/, ''), kind].includes(allowed));
  const problems = objects.flatMap((staged) => {
    const { object } = staged;
    const key = kindKey(object);
    if (key === 'Namespace.')
      return problemAt(
        staged,
        `${nameOf(object)}: the namespace of a preview is made by Understudy, or is there already`,
        'Take it out of the manifests of previews; `quota`, `pod-security` and `network` of `preview.kubernetes` say how it is made.',
      );
    if (isNamespaced(object) !== false || isAllowed(key, object.kind)) return [];
    const kind = key.replace(/\.$/, '');
    return problemAt(
      staged,
      `${nameOf(object)} belongs to the whole cluster, and would be one for all previews`,
      `Take it out of the manifests of previews, or allow its kind, with a name for each preview: \`cluster-kinds: [${kind}]\`.`,
    );
  });
  return { objects, problems };
};
