import type { DesiredPreview, ObservedService, ProgressEvent } from '../../target.ts';
import type { DeployRequest } from '../protocol.ts';
import type { Listener, Release } from './release.ts';
import type { Outcome } from './release-failure.ts';

/** A deploy under way, which any number of callers wait for. */
export class Rollout {
  readonly release: Release;
  readonly commit: string;
  readonly fingerprint: string;
  /** Set by `begin`. Never rejects. */
  outcome!: Promise<Outcome>;
  isAbandoned = false;
  /** What is being done, for pages. */
  step = 'check out';
  readonly #desired: DesiredPreview;
  readonly #settle: (started: Promise<void>) => Promise<Outcome>;
  readonly #listeners = new Map<string, Listener>();
  /** Cut off; they may still say that they give up. */
  readonly #left = new Set<string>();
  /** Whether somebody asked who does not wait. */
  #unattended = false;
  /** By service, for those who join later. */
  readonly #current = new Map<string, ProgressEvent>();

  constructor(
    release: Release,
    desired: DesiredPreview,
    settle: (started: Promise<void>) => Promise<Outcome>,
  ) {
    this.release = release;
    this.commit = desired.commit;
    this.fingerprint = desired.fingerprint;
    this.#desired = desired;
    this.#settle = settle;
  }

  begin(): void {
    const tell = (event: ProgressEvent) => this.#tell(event);
    // Not before the first caller listens.
    const started = Promise.resolve().then(() => this.release.bringUp(this.#desired, tell));
    this.outcome = this.#settle(started);
  }

  isFor(desired: { readonly commit: string; readonly fingerprint: string }): boolean {
    const same = desired.commit === this.commit && desired.fingerprint === this.fingerprint;
    return same && !this.isAbandoned;
  }

  abandon(): void {
    this.isAbandoned = true;
    this.release.abort();
  }

  /** Hears what happens from now on, until the outcome; without `wait` answers at once. */
  async join(
    { wait, waiter }: DeployRequest,
    listener: Listener,
    services: () => readonly ObservedService[],
  ): Promise<Outcome> {
    if (!wait) {
      this.#unattended = true;
      return { kind: 'accepted', services: services() };
    }
    this.#listeners.set(waiter, listener);
    for (const event of this.#current.values()) listener(event);
    try {
      return await this.outcome;
    } finally {
      this.#listeners.delete(waiter);
    }
  }

  /** One that no longer waits; when it gives up and is the last, so does the deploy. */
  leave(waiter: string, givesUp: boolean): void {
    if (this.#listeners.delete(waiter)) this.#left.add(waiter);
    if (!givesUp || !this.#left.delete(waiter)) return;
    if (this.#listeners.size === 0 && !this.#unattended) this.abandon();
  }

  #tell(event: ProgressEvent): void {
    if (event.kind === 'step') this.#current.set(event.service, event);
    if (event.kind === 'step' && event.state === 'running') this.step = event.step;
    for (const listener of this.#listeners.values()) listener(event);
  }
}
