import { adapt } from './adapt/adapt.ts';
import { entranceOf } from './entrance.ts';
import { gatherManifests } from './gather-manifests.ts';
import { parseYaml } from './parse-yaml.ts';
import { readManifests } from './read-manifests.ts';
import { temporaryManifests } from './temporary-manifests.ts';
import { toYaml } from './to-yaml.ts';

/** Everything that reads or writes YAML, as the unit that is loaded when it is needed. */
export const manifests = {
  parseYaml,
  toYaml,
  gather: gatherManifests,
  temporary: temporaryManifests,
  read: readManifests,
  adapt,
  entranceOf,
} as const;

/** The unit, for those that get it handed over. */
export type Manifests = typeof manifests;
