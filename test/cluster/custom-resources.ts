import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { ApiAccess } from './api-request.ts';
import { apiRequest, createObject } from './api-request.ts';

/** Kinds that a cluster may have beside its own; their controllers are not there. */
export type CustomResources = 'gateway-api' | 'cloudnative-pg';

const sources = {
  'gateway-api': { module: 'sigs.k8s.io/gateway-api@v1.4.1', folder: 'config/crd/standard' },
  'cloudnative-pg': {
    module: 'github.com/cloudnative-pg/cloudnative-pg@v1.27.0',
    folder: 'config/crd/bases',
  },
} as const;

/** The definitions as their makers ship them, from the cache of Go's modules. */
function definitions(which: CustomResources): Definition[] {
  const { module, folder } = sources[which];
  // Outside the module of the cluster's own program, whose requirements these are not.
  const { Dir } = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', module], { cwd: '/', encoding: 'utf8' }),
  );
  const files = readdirSync(join(Dir, folder)).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => parse(readFileSync(join(Dir, folder, name), 'utf8')));
}

interface Definition {
  readonly metadata: { readonly name: string };
}

/** Makes them known to a cluster; done when it takes objects of these kinds. */
export async function defineKinds(access: ApiAccess, which: CustomResources): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const all = definitions(which);
  await Promise.all(all.map((body) => createObject(access, path, body)));
  const waiting = new Set(all.map(({ metadata }) => metadata.name));
  for (; waiting.size > 0; await sleep(50))
    for (const name of waiting) {
      const { body } = await apiRequest(access, `${path}/${name}`);
      const conditions: { type: string; status: string }[] = JSON.parse(body).status.conditions;
      const established = conditions?.find(({ type }) => type === 'Established');
      if (established?.status === 'True') waiting.delete(name);
    }
}
