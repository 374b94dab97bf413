/** What a request carries to show who asks. */
export interface Proof {
  /** The header. */
  readonly authorization?: string;
  /** PEM. */
  readonly certificate?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** Gives proofs, for as long as they hold. */
export interface Credentials {
  /** Throws a `UserError` where there is none. */
  proof(signal: AbortSignal): Promise<Proof>;
  /** After a refusal: the next proof is a new one. `false` = it would be the same. */
  renew(): boolean;
}

/** What credentials are made with. */
export interface CredentialTools {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  now(): number;
}
