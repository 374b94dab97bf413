import { type Problem, UserError } from '../../../../core/user-error.ts';
import type { StagedObject } from '../../stage.ts';
import type { AdaptFacts, AdaptStep } from './adaptation.ts';
import { adaptAddresses } from './addresses.ts';
import { checkClusterKinds } from './cluster-kinds.ts';
import { freeAddresses } from './fixed-addresses.ts';
import { adaptHosts } from './hosts.ts';
import { adaptImages } from './images.ts';
import { adaptLabels } from './labels.ts';
import { adaptNames } from './names.ts';
import { adaptNamespace } from './namespaces.ts';
import { adaptPullSecrets } from './pull-secrets.ts';
import { adaptReplicas } from './replicas.ts';
import { adaptSelectors } from './selectors.ts';
import { adaptVariables } from './variables.ts';

/** Manifests of a preview, and what was changed in them, one short line each. */
export interface Adapted {
  readonly objects: readonly StagedObject[];
  readonly adapted: readonly string[];
}

/** Addresses are looked for by the names and namespaces that stand there, which later steps change. */
const steps: readonly AdaptStep[] = [
  checkClusterKinds,
  freeAddresses,
  adaptImages,
  adaptVariables,
  adaptReplicas,
  adaptHosts,
  adaptAddresses,
  adaptSelectors,
  adaptNamespace,
  adaptNames,
  adaptPullSecrets,
  adaptLabels,
];

/**
 * Makes of the manifests of production those of one preview, without templates. Throws a `UserError` with everything
 * that cannot be adapted.
 */
export function adapt(objects: readonly StagedObject[], facts: AdaptFacts): Adapted {
  const adapted: string[] = [];
  const problems: Problem[] = [];
  let current = objects;
  for (const step of steps) {
    const result = step(current, facts);
    current = result.objects;
    adapted.push(...(result.told ?? []));
    problems.push(...(result.problems ?? []));
  }
  if (problems.length > 0) throw UserError.all(problems);
  return { objects: current, adapted };
}
