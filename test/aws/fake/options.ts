/** A resource that fails. */
export interface Failure {
  readonly logicalId: string;
  /** `rollback`: when an update is taken back. */
  readonly on: 'create' | 'update' | 'delete' | 'rollback';
  readonly reason: string;
  /** Name of the stack, or how it begins; default: every stack. */
  readonly stack?: string;
  /** Seconds into the work on this resource; default: when it would be done. */
  readonly after?: number;
  /** How often; default: always. */
  readonly times?: number;
}

/** A change set that CloudFormation refuses after looking at it. */
export interface ChangeSetProblem {
  readonly reason: string;
  /** What `DescribeEvents` says of its validation. */
  readonly validation?: readonly {
    readonly logicalId: string;
    readonly type: string;
    readonly path: string;
    readonly name: string;
    readonly reason: string;
  }[];
}

/** A stack that is there from the start. */
export interface SeededStack {
  readonly name: string;
  /** Default `CREATE_COMPLETE`. */
  readonly status?: string;
  readonly reason?: string;
  /** Default: one wait handle. */
  readonly template?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Instead of those that the template has. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly terminationProtection?: boolean;
  readonly createdAt?: Date;
}

/** A difference between a resource as deployed and as it is. */
export interface Drift {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** How the fake behaves. All seconds are the service's: they take `1 / speed` of one. */
export interface Behaviour {
  /** From CreateChangeSet to its end; the first fifth is CREATE_PENDING. */
  readonly changeSetSeconds: number;
  /** From ExecuteChangeSet, CreateStack or UpdateStack to the end. */
  readonly operationSeconds: number;
  readonly deleteSeconds: number;
  readonly rollbackSeconds: number;
  /** What an update removes goes within this time; without anything to remove it takes none. */
  readonly cleanupSeconds: number;
  /** By logical id; other resources share the operation's time in the order of their dependencies. */
  readonly resourceSeconds: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** For so long after an operation began DescribeStacks says what it said before. */
  readonly staleSeconds: number;
  /** Events are seen so much later. */
  readonly eventLagSeconds: number;
  readonly driftSeconds: number;
  /** Milliseconds that every request takes, whatever the speed. */
  readonly latency: number;
  /** Of DescribeStacks, ListStacks, events and changes; AWS has 100 of most. */
  readonly pageSize: number;
  /** Actions without permission. */
  readonly denied: readonly string[];
  /** Actions that answer 500 `InternalFailure`, as emulators do with what they do not have. */
  readonly broken: readonly string[];
  readonly credentials: 'good' | 'expired' | 'unknown';
  readonly noChanges: 'didnt-contain' | 'no-updates';
  /** What `Replacement` says of modified resources, by logical id; others go by the properties that changed. */
  readonly replacements: Readonly<Record<string, 'True' | 'Conditional' | 'False'>>;
  readonly changeSetProblem?: ChangeSetProblem | undefined;
  /** By logical id. */
  readonly drift: Readonly<Record<string, readonly Drift[]>>;
  readonly driftFails: boolean;
  /** Templates by address, beside those that were uploaded here. */
  readonly templates: Readonly<Record<string, string>>;
}

export const asAws: Behaviour = {
  changeSetSeconds: 3,
  operationSeconds: 25,
  deleteSeconds: 20,
  rollbackSeconds: 10,
  cleanupSeconds: 2,
  resourceSeconds: {},
  failures: [],
  staleSeconds: 0,
  eventLagSeconds: 0,
  driftSeconds: 3,
  latency: 0,
  pageSize: 100,
  denied: [],
  broken: [],
  credentials: 'good',
  noChanges: 'didnt-contain',
  replacements: {},
  drift: {},
  driftFails: false,
  templates: {},
};
