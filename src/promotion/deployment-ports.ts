/** GitHub's record of deployments, as far as promotions are shown there. */
export interface PromotionDeployments {
  /** The newest 100 of those that were made for promotions to the environment, newest first. */
  list(environment: string): Promise<readonly ProjectedDeployment[]>;
  /** Makes one, or answers the one of this promotion that a lost answer hid. */
  create(deployment: NewDeployment): Promise<number>;
  /** The latest state; `undefined` = it never had one. */
  stateOf(id: number): Promise<string | undefined>;
  report(id: number, status: PromotionStatus): Promise<void>;
}

/** What a deployment is known by: its payload. */
export interface ProjectionKey {
  readonly pipeline: string;
  readonly stage: string;
  /** Id of the promotion. */
  readonly promotion: string;
}

/** A deployment that stands for a promotion. */
export interface ProjectedDeployment extends ProjectionKey {
  readonly id: number;
}

/** A deployment to make. */
export interface NewDeployment extends ProjectionKey {
  readonly environment: string;
  readonly commit: string;
  readonly version: string;
  /** Whether people outside use what is there. */
  readonly production: boolean;
}

/** A status for people. `description` is cut at GitHub's 140 characters. */
export interface PromotionStatus {
  readonly state: 'pending' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';
  readonly description: string;
  readonly environmentUrl?: string;
  readonly logUrl: string;
}
