import { sha256Hex } from '../../core/sha256.ts';
import type { Environment } from '../../runner/environment.ts';

/** Who this process is to others. */
export interface Identity {
  /** Unique to this process. */
  readonly holder: string;
  /** What holders of this run begin with. */
  readonly ownHolder: string;
  /** From 0 to below 1; the same for the same run, so that chance decides nothing. */
  readonly jitter: number;
}

/** Who a run is, by the runner's variables and an id of the process. */
export function identityOf(environment: Environment, unique: string): Identity {
  const { GITHUB_RUN_ID = '0', GITHUB_RUN_ATTEMPT = '1' } = environment;
  const ownHolder = `run-${GITHUB_RUN_ID}-`;
  const share = sha256Hex(`${GITHUB_RUN_ID} ${GITHUB_RUN_ATTEMPT}`).slice(0, 8);
  return {
    holder: `${ownHolder}${GITHUB_RUN_ATTEMPT}-${unique}`,
    ownHolder,
    jitter: Number.parseInt(share, 16) / 2 ** 32,
  };
}
