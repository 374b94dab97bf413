import type { RefStore } from '../ledger/ref-store.ts';
import type { Configured } from './session.ts';

/**
 * Where the ledger is kept: in the repository by GitHub's API, or where the configuration says. What git needs is a unit
 * of its own; bundlers leave this import alone. Throws a `UserError`.
 */
export async function loadLedgerRefs({ session, configuration }: Configured): Promise<RefStore> {
  const { github, context, run } = session;
  const place = configuration.ledger?.git;
  if (place === undefined) return github.ledgerRefs;
  const { openGitStore } = await import(/* webpackIgnore: true */ '../ledger/open-git-store.ts');
  const { workspace, temp } = context;
  return openGitStore({
    place,
    workspace,
    temp,
    environment: run.environment,
    signal: run.signal,
  });
}
