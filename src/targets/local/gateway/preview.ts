import { type Problem, UserError } from '../../../core/user-error.ts';
import type { DeployResult, DesiredPreview, Leftover, ServiceState } from '../../target.ts';
import type { DeployRequest, ListedPreview, ListedService } from '../protocol.ts';
import { type FailureRecord, type PreviewRecord, removeRecord, writeRecord } from '../registry.ts';
import type { FreePorts } from './free-port.ts';
import type { Machine } from './machine.ts';
import { type Listener, Release, ReleaseFailure } from './release.ts';
import { Rollout } from './rollout.ts';
import { removeTraces } from './traces.ts';

/** What a deploy came to. */
export type Outcome =
  | DeployResult
  | { readonly kind: 'mend'; readonly problems: readonly Problem[] };

type Marks = Omit<PreviewRecord, 'live' | 'passing' | 'failure' | 'version'>;

/** One preview: the release that serves, perhaps one that is to take over, and those on their way out. */
export class Preview {
  marks: Marks;
  live: Release | undefined;
  rollout: Rollout | undefined;
  failure: FailureRecord | undefined;
  readonly #machine: Machine;
  readonly #ports: FreePorts;
  readonly #passing = new Map<string, Promise<readonly Leftover[]> | undefined>();
  #removal: Promise<readonly Leftover[]> | undefined;
  #asked = 0;
  #pending = 0;

  constructor(machine: Machine, ports: FreePorts, marks: Marks) {
    this.#machine = machine;
    this.#ports = ports;
    this.marks = marks;
  }

  /** Takes over what a record tells of. Answers whether anything is left of the preview. */
  async adopt(record: PreviewRecord): Promise<boolean> {
    this.failure = record.failure;
    for (const id of record.passing) await removeTraces(this.#machine, record.repository, id);
    if (record.live) {
      const { commit, fingerprint, id } = record.live;
      this.live = this.#release({ ...record, commit, fingerprint }, id);
      this.live.adopt(record.live);
    }
    if (this.live || this.failure) this.#save();
    else removeRecord(this.#machine.state, record.repository, record.previewId);
    return this.live !== undefined || this.failure !== undefined;
  }

  /** Brings the preview to what is desired; joins an equal deploy, gives up one of another commit. */
  deploy(request: DeployRequest, listener: Listener): Promise<Outcome> {
    return this.#during(async () => {
      await this.#removal;
      return this.#bring(request, listener);
    });
  }

  async #bring(request: DeployRequest, listener: Listener): Promise<Outcome> {
    this.#asked += 1;
    const turn = this.#asked;
    const { preview: desired } = request;
    while (this.rollout && !this.rollout.isFor(desired)) {
      this.rollout.abandon();
      await this.rollout.outcome;
      if (turn !== this.#asked) return this.#overtaken(desired);
    }
    if (!this.rollout && this.#isLive(desired)) return this.#unchanged(desired);
    this.rollout ??= this.#roll(desired);
    return this.rollout.join(request, listener, () => this.listed().services);
  }

  /** Removes all of it and answers what is left. The record stays while something is. */
  destroy(): Promise<readonly Leftover[]> {
    this.#removal ??= this.#during(() => this.#remove()).finally(() => {
      this.#removal = undefined;
    });
    return this.#removal;
  }

  /** Ends all processes and keeps the record, so that the next gateway brings them back. */
  async halt(): Promise<void> {
    this.rollout?.abandon();
    await this.rollout?.outcome;
    await Promise.all([this.live?.halt(), ...this.#passing.values()]);
  }

  extend(expiresAt: NonNullable<Marks['expiresAt']>): void {
    this.marks = { ...this.marks, expiresAt };
    this.#save();
  }

  listed(): ListedPreview {
    const { repository, previewId, pullRequest, requested, expiresAt, createdAt } = this.marks;
    const { commit, fingerprint } = this.live?.parts.marks
      ? { commit: this.live.parts.marks.commit, fingerprint: this.live.parts.fingerprint }
      : (this.failure ?? this.marks);
    return {
      ...{ repository, previewId, pullRequest, requested, createdAt, commit, fingerprint },
      ...(expiresAt !== undefined && { expiresAt }),
      services: this.live ? this.#liveServices(this.live) : this.#absentServices(),
      ...(this.rollout && { deploying: { commit: this.rollout.commit, step: this.rollout.step } }),
      ...(this.failure && {
        failure: { commit: this.failure.commit, reason: this.failure.reason },
      }),
    };
  }

  /** The log of a service: of the release that is starting, else of the one that serves. */
  logOf(service: string): string | undefined {
    return (this.rollout?.release ?? this.live)?.logOf(service);
  }

  #liveServices(live: Release): readonly ListedService[] {
    return live.instances.map((instance) => {
      const { name, host } = instance.parts.specification;
      return {
        ...{ name, host, state: instance.state, url: this.#machine.urlOf(host) },
        log: instance.parts.log,
        ...(instance.process && { pid: instance.process.pid }),
        ...(instance.port !== undefined && { port: instance.port }),
        ...(instance.state === 'failed' && { reason: instance.fault }),
      };
    });
  }

  #absentServices(): readonly ListedService[] {
    const state: ServiceState = this.rollout ? 'starting' : 'failed';
    return this.marks.services.map(({ name, host }) => ({
      ...{ name, host, state, url: this.#machine.urlOf(host) },
      ...(state === 'failed' && this.failure && { reason: this.failure.reason }),
    }));
  }

  async #during<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#pending += 1;
    try {
      return await act();
    } finally {
      this.#pending -= 1;
    }
  }

  /** A live release whose processes can be relied on: one that keeps crashing is made anew. */
  #isLive({ commit, fingerprint }: DesiredPreview): boolean {
    const { live } = this;
    return (
      live !== undefined &&
      live.parts.marks.commit === commit &&
      live.parts.fingerprint === fingerprint &&
      live.instances.every(({ state }) => state === 'ready' || state === 'sleeping')
    );
  }

  #unchanged(desired: DesiredPreview): DeployResult {
    this.failure = undefined;
    this.#mark(desired);
    return { kind: 'ready', services: this.listed().services };
  }

  #overtaken({ services: [first] }: DesiredPreview): DeployResult {
    return {
      kind: 'failed',
      service: first?.name ?? '',
      reason: 'given up: something else was asked for meanwhile',
      log: [],
      stillServing: this.live !== undefined,
    };
  }

  #roll(desired: DesiredPreview): Rollout {
    const release = this.#release(desired, this.#machine.newId());
    this.#passing.set(release.parts.id, undefined);
    this.failure = undefined;
    this.#mark(desired);
    const rollout = new Rollout(release, desired, async (started) => {
      const outcome = await this.#settle(started, desired, rollout);
      this.rollout = undefined;
      this.#saveOrForget();
      return outcome;
    });
    rollout.begin();
    return rollout;
  }

  async #settle(
    started: Promise<void>,
    desired: DesiredPreview,
    rollout: Rollout,
  ): Promise<Outcome> {
    try {
      await started;
      this.#takeOver(rollout.release);
      return { kind: 'ready', services: this.listed().services };
    } catch (error) {
      return await this.#fail(error, desired, rollout);
    }
  }

  #takeOver(release: Release): void {
    const old = this.live;
    this.#passing.delete(release.parts.id);
    this.live = release;
    if (old) this.#retire(old, false);
    this.#save();
  }

  /** The candidate leaves nothing behind but its words. */
  async #fail(error: unknown, desired: DesiredPreview, rollout: Rollout): Promise<Outcome> {
    const stillServing = this.live !== undefined;
    const left = await this.#retire(rollout.release, !stillServing);
    for (const { type, id, reason } of left) this.#machine.report(`left: ${type} ${id}: ${reason}`);
    if (rollout.isAbandoned) return this.#overtaken(desired);
    const { commit, fingerprint, services } = desired;
    const ours = error instanceof ReleaseFailure ? error : undefined;
    const service = ours?.service ?? services[0]?.name ?? '';
    const told = { service, reason: (error as Error).message, log: ours?.log ?? [] };
    this.failure = { commit, fingerprint, ...told };
    if (error instanceof UserError) return { kind: 'mend', problems: error.problems };
    return { kind: 'failed', ...told, stillServing };
  }

  #retire(release: Release, stopCommand: boolean): Promise<readonly Leftover[]> {
    const { id } = release.parts;
    const gone = release.dispose({ stopCommand }).then((left) => {
      if (left.length === 0) this.#passing.delete(id);
      this.#saveOrForget();
      return left;
    });
    this.#passing.set(id, gone);
    return gone;
  }

  async #remove(): Promise<readonly Leftover[]> {
    this.#asked += 1;
    this.rollout?.abandon();
    await this.rollout?.outcome;
    const { live } = this;
    this.live = undefined;
    this.failure = undefined;
    if (live) void this.#retire(live, true);
    for (const [id, gone] of this.#passing) {
      // What could not be removed before is tried again.
      const left = await gone;
      if (left?.length === 0) continue;
      const { repository } = this.marks;
      const traces = await removeTraces(this.#machine, repository, id);
      this.#passing.set(id, Promise.resolve(traces));
      if (traces.length === 0) this.#passing.delete(id);
    }
    this.#saveOrForget();
    return (await Promise.all(this.#passing.values())).flatMap((left) => left ?? []);
  }

  #release(desired: Omit<PreviewRecord | DesiredPreview, 'services'>, id: string): Release {
    const { repository, previewId, pullRequest, commit, requested, fingerprint } = desired;
    return new Release({
      machine: this.#machine,
      ports: this.#ports,
      id,
      marks: { repository, previewId, pullRequest, commit, requested },
      fingerprint,
      changed: () => {
        if (this.live?.parts.id === id || this.#passing.has(id)) this.#save();
      },
    });
  }

  #mark(desired: DesiredPreview): void {
    const { repository, previewId, pullRequest, commit, requested, expiresAt, fingerprint } =
      desired;
    this.marks = {
      ...{ repository, previewId, pullRequest, commit, requested, fingerprint },
      ...(expiresAt !== undefined && { expiresAt }),
      createdAt: this.marks.createdAt,
      services: desired.services.map(({ name, host }) => {
        return { name, host: host.toLowerCase(), url: this.#machine.urlOf(host.toLowerCase()) };
      }),
    };
    this.#save();
  }

  /** Whether nothing is left of the preview. */
  get isGone(): boolean {
    return !this.#isKept && this.#pending === 0;
  }

  get #isKept(): boolean {
    const things = [this.live, this.rollout, this.failure];
    return things.some((thing) => thing !== undefined) || this.#passing.size > 0;
  }

  #saveOrForget(): void {
    const { repository, previewId } = this.marks;
    if (this.#isKept) this.#save();
    else removeRecord(this.#machine.state, repository, previewId);
  }

  #save(): void {
    writeRecord(this.#machine.state, {
      version: 1,
      ...this.marks,
      ...(this.live && { live: this.live.record() }),
      passing: [...this.#passing.keys()],
      ...(this.failure && { failure: this.failure }),
    });
  }
}
