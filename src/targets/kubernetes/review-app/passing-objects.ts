import type { KubeObject } from '../kube-object.ts';
import type { Stage } from '../stage.ts';
import type { AppFacts } from './app-facts.ts';
import { isPartOf } from './app-metadata.ts';
import { renderCopyInputs } from './database/copy-job.ts';
import { renderSourceSecret } from './source.ts';

/**
 * What stages read that must not stay: the token that the source is fetched with, the address of the database that is
 * copied. To be written before the first stage, deleted after the last however that ended, and shown nowhere.
 * @throws UserError where the address of the database is not there
 */
export function passingObjects(
  facts: AppFacts,
  stages: readonly Stage[],
  token: string,
): KubeObject[] {
  const has = (component: 'build' | 'copy') =>
    stages.some(({ objects }) =>
      objects.some(({ object }) => isPartOf(object, facts.service.name, component)),
    );
  return [
    ...(has('build') ? [renderSourceSecret(facts, token)] : []),
    ...(has('copy') ? renderCopyInputs(facts) : []),
  ];
}
