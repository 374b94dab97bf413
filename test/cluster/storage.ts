import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiAccess } from './api-request.ts';
import { apiRequest, createObject } from './api-request.ts';
import type { Site } from './component.ts';
import type { KubernetesObject } from './watched-objects.ts';
import { watchObjects } from './watched-objects.ts';

interface VolumeClaim extends KubernetesObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

interface Volume extends KubernetesObject {
  readonly spec: { readonly storageClassName?: string; readonly hostPath?: { path: string } };
  readonly status: { readonly phase: string };
}

const provisioner = 'understudy.test/folders';
const volumes = '/api/v1/persistentvolumes';
const provisionedBy = { 'pv.kubernetes.io/provisioned-by': provisioner };

/** As on most clusters, a claim that names no class gets a volume of this one. */
const storageClass = {
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner,
};

/**
 * A stand-in for a cloud's storage: makes a folder for each claim, which pods of any user may write, and removes it when
 * the claim is gone. Gives what ends it.
 */
export async function startStorage({ admin, folder }: Site): Promise<() => void> {
  await createObject(admin, '/apis/storage.k8s.io/v1/storageclasses', storageClass);
  const places = join(folder, 'volumes');
  const name = storageClass.metadata.name;
  const claims = watchObjects<VolumeClaim>(admin, '/api/v1/persistentvolumeclaims', (claim) => {
    const { spec } = claim;
    if (spec.storageClassName === name && !spec.volumeName) void provide(admin, places, claim);
  });
  const given = watchObjects<Volume>(admin, volumes, ({ metadata, spec, status }) => {
    if (spec.storageClassName !== name || status.phase !== 'Released') return;
    rmSync(join(places, metadata.name), { recursive: true, force: true });
    void apiRequest(admin, `${volumes}/${metadata.name}`, { method: 'DELETE' });
  });
  return () => {
    claims.close();
    given.close();
  };
}

/** A second event of the same claim finds the volume there already, which is refused and no news. */
async function provide(access: ApiAccess, places: string, { metadata, spec }: VolumeClaim) {
  const name = `pvc-${metadata.uid}`;
  const path = join(places, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  const { namespace, name: claim, uid } = metadata;
  const body = {
    metadata: { name, annotations: provisionedBy },
    spec: {
      storageClassName: spec.storageClassName,
      accessModes: spec.accessModes,
      capacity: { storage: spec.resources.requests.storage },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim, uid },
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path },
    },
  };
  await apiRequest(access, volumes, { method: 'POST', body });
}
