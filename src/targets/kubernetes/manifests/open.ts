import { parseYaml } from './parse-yaml.ts';
import { readManifests } from './read-manifests.ts';
import { toYaml } from './to-yaml.ts';

/** Everything that reads or writes YAML, as the unit that is loaded when it is needed. */
export const manifests = { parseYaml, readManifests, toYaml } as const;

/** The unit, for those that get it handed over. */
export type Manifests = typeof manifests;
