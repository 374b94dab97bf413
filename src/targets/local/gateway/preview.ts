import type { DeployResult, DesiredPreview, Leftover, PreviewMarks } from '../../target.ts';
import type { DeployRequest, ListedPreview } from '../protocol.ts';
import { type FailureRecord, type PreviewRecord, removeRecord, writeRecord } from '../registry.ts';
import type { FreePorts } from './free-port.ts';
import { listPreview } from './listing.ts';
import type { Machine } from './machine.ts';
import { Passing } from './passing.ts';
import { type Listener, Release } from './release.ts';
import { failureOutcome, failureRecord, type Outcome, overtaken } from './release-failure.ts';
import { Rollout } from './rollout.ts';

/** What was asked for last. */
export type AskedMarks = Omit<PreviewRecord, 'live' | 'passing' | 'failure' | 'version'>;

/** One preview: the release that serves, perhaps one that is to take over, and those on their way out. */
export class Preview {
  marks: AskedMarks;
  live: Release | undefined;
  rollout: Rollout | undefined;
  failure: FailureRecord | undefined;
  readonly #machine: Machine;
  readonly #ports: FreePorts;
  readonly #passing: Passing;
  #removal: Promise<readonly Leftover[]> | undefined;
  #asked = 0;
  #pending = 0;

  constructor(machine: Machine, ports: FreePorts, marks: AskedMarks) {
    this.#machine = machine;
    this.#ports = ports;
    this.marks = marks;
    this.#passing = new Passing(machine, marks.repository, () => this.#saveOrForget());
  }

  /** Takes over what a record tells of, and removes what was half made. */
  async adopt(record: PreviewRecord): Promise<void> {
    this.failure = record.failure;
    if (record.live) {
      const { commit, fingerprint, id } = record.live;
      this.live = this.#release({ ...record, commit }, fingerprint, id);
      this.live.adopt(record.live);
    }
    await Promise.all(record.passing.map((id) => this.#passing.retrace(id)));
    this.#saveOrForget();
  }

  /** Brings the preview to what is desired; joins an equal deploy, gives up one of another commit. */
  deploy(request: DeployRequest, listener: Listener): Promise<Outcome> {
    return this.#during(async () => {
      await this.#removal;
      return this.#bring(request, listener);
    });
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
    await this.#giveUp();
    await Promise.all([this.live?.halt(), this.#passing.settled()]);
  }

  extend(expiresAt: NonNullable<AskedMarks['expiresAt']>): void {
    this.marks = { ...this.marks, expiresAt };
    this.#save();
  }

  listed(): ListedPreview {
    return listPreview(this, this.#machine.urlOf);
  }

  /** The log of a service: of the release that is starting, else of the one that serves. */
  logOf(service: string): string | undefined {
    return (this.rollout?.release ?? this.live)?.logOf(service);
  }

  /** Whether nothing is left of the preview and nobody is about to change that. */
  get isGone(): boolean {
    return !this.#isKept && this.#pending === 0;
  }

  async #bring(request: DeployRequest, listener: Listener): Promise<Outcome> {
    this.#asked += 1;
    const turn = this.#asked;
    const { preview: desired } = request;
    while (this.rollout && !this.rollout.isFor(desired)) {
      await this.#giveUp();
      if (turn !== this.#asked) return overtaken(desired, this.live !== undefined);
    }
    if (!this.rollout && this.#serves(desired)) {
      await this.#comeUp();
      if (turn !== this.#asked) return this.#bring(request, listener);
      if (this.#isWell()) return this.#unchanged(desired);
    }
    this.rollout ??= this.#roll(desired);
    return this.rollout.join(request, listener, () => this.listed().services);
  }

  async #giveUp(): Promise<void> {
    this.rollout?.abandon();
    await this.rollout?.outcome;
  }

  #serves({ commit, fingerprint }: DesiredPreview): boolean {
    return this.live?.parts.commit === commit && this.live.parts.fingerprint === fingerprint;
  }

  /** What is just being started again, after a crash or by a new gateway, may be as desired in a moment. */
  async #comeUp(): Promise<void> {
    const starting = (this.live?.instances ?? []).filter(({ state }) => state === 'starting');
    await Promise.all(starting.map((instance) => instance.awake(this.#machine.limits.hold)));
  }

  /** Not so when it keeps crashing: then it is made anew. */
  #isWell(): boolean {
    const states = this.live?.instances.map(({ state }) => state) ?? [];
    return states.every((state) => state === 'ready' || state === 'sleeping');
  }

  #unchanged(desired: DesiredPreview): DeployResult {
    this.failure = undefined;
    this.#mark(desired);
    return { kind: 'ready', services: this.listed().services };
  }

  #roll(desired: DesiredPreview): Rollout {
    const release = this.#release(desired, desired.fingerprint, this.#machine.newId());
    this.#passing.add(release.parts.id);
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
    } catch (error) {
      return this.#fail(error, desired, rollout);
    }
    const old = this.live;
    this.live = rollout.release;
    this.#passing.keep(rollout.release.parts.id);
    if (old) void this.#passing.retire(old, { stopCommand: false });
    return { kind: 'ready', services: this.listed().services };
  }

  /** The candidate leaves nothing behind but its words. */
  async #fail(error: unknown, desired: DesiredPreview, rollout: Rollout): Promise<Outcome> {
    const stillServing = this.live !== undefined;
    const failure = failureRecord(error, desired);
    await this.#passing.retire(rollout.release, { stopCommand: !stillServing });
    if (rollout.isAbandoned) return overtaken(desired, stillServing);
    this.failure = failure;
    return failureOutcome(error, failure, stillServing);
  }

  async #remove(): Promise<readonly Leftover[]> {
    this.#asked += 1;
    await this.#giveUp();
    const { live } = this;
    this.live = undefined;
    this.failure = undefined;
    if (live) void this.#passing.retire(live, { stopCommand: true });
    const left = await this.#passing.finish();
    this.#saveOrForget();
    return left;
  }

  #release(given: PreviewMarks, fingerprint: string, id: string): Release {
    const { repository, previewId, pullRequest, commit, requested } = given;
    return new Release({
      machine: this.#machine,
      ports: this.#ports,
      marks: { repository, previewId, pullRequest, commit, requested },
      ...{ id, commit, fingerprint },
      changed: () => this.#changed(id),
    });
  }

  /** A full disk must not end the gateway: a record that is behind only costs a restart of the preview. */
  #changed(id: string): void {
    if (this.live?.parts.id !== id && !this.#passing.ids.includes(id)) return;
    try {
      this.#save();
    } catch (error) {
      this.#machine.report(`the record of ${this.marks.previewId} is not saved: ${String(error)}`);
    }
  }

  #mark(desired: DesiredPreview): void {
    const { services, ...marks } = desired;
    const { createdAt } = this.marks;
    const hosts = services.map(({ name, host }) => ({ name, host: host.toLowerCase() }));
    const urls = hosts.map((service) => ({ ...service, url: this.#machine.urlOf(service.host) }));
    this.marks = { ...marks, createdAt, services: urls };
    this.#save();
  }

  get #isKept(): boolean {
    const things = [this.live, this.rollout, this.failure];
    return things.some((thing) => thing !== undefined) || this.#passing.ids.length > 0;
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
      passing: this.#passing.ids,
      ...(this.failure && { failure: this.failure }),
    });
  }

  async #during<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#pending += 1;
    try {
      return await act();
    } finally {
      this.#pending -= 1;
    }
  }
}
