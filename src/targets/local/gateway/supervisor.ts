import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../core/user-error.ts';
import type { Leftover, PreviewKey } from '../../target.ts';
import type { AbandonRequest, DeployRequest, ExtendRequest, ListedPreview } from '../protocol.ts';
import { type PreviewRecord, readRecord, recordFiles } from '../registry.ts';
import type { FreePorts } from './free-port.ts';
import type { Instance } from './instance.ts';
import { tailLog } from './log-file.ts';
import type { Machine } from './machine.ts';
import { Preview } from './preview.ts';
import { endFamily, markersWith } from './process-table.ts';
import type { Listener } from './release.ts';
import type { Outcome } from './release-failure.ts';
import { pruneMirrors } from './worktree.ts';

/** Where a host name leads: the preview, and the instance that serves where there is one. */
export interface Route {
  readonly preview: Preview;
  readonly service: string;
  readonly instance: Instance | undefined;
}

/** All previews of one state folder. */
export class Supervisor {
  readonly #machine: Machine;
  readonly #ports: FreePorts;
  readonly #previews = new Map<string, Preview>();

  constructor(machine: Machine, ports: FreePorts) {
    this.#machine = machine;
    this.#ports = ports;
  }

  /** Adopts what a killed gateway left, brings back what died, and removes what was half made. */
  async start(): Promise<void> {
    const { state } = this.#machine;
    for (const folder of [state.previews, state.worktrees, state.logs, state.repositories]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    for (const record of this.#records()) await this.#adopt(record);
    await this.#removeOrphans();
  }

  async deploy(request: DeployRequest, listener: Listener): Promise<Outcome> {
    this.#refuseTakenHosts(request);
    const { preview: desired } = request;
    const key = keyOf(desired);
    const preview = this.#previews.get(key) ?? this.#make(request);
    this.#previews.set(key, preview);
    return this.#tidily(preview, () => preview.deploy(request, listener));
  }

  abandon(request: AbandonRequest): void {
    this.#previews.get(keyOf(request))?.rollout?.leave(request.waiter, true);
  }

  /** One that waited was cut off; what it asked for goes on. */
  leave({ preview, waiter }: DeployRequest): void {
    this.#previews.get(keyOf(preview))?.rollout?.leave(waiter, false);
  }

  /** Of a preview that is not there: nothing is left. */
  async destroy(key: PreviewKey): Promise<readonly Leftover[]> {
    const preview = this.#previews.get(keyOf(key));
    return preview ? this.#tidily(preview, () => preview.destroy()) : [];
  }

  extend(request: ExtendRequest): void {
    this.#get(request).extend(request.expiresAt);
  }

  /** All previews, or those of one repository. */
  list(repository?: string): readonly ListedPreview[] {
    const all = [...this.#previews.values()].filter((preview) => !preview.isGone);
    const wanted = repository?.toLowerCase();
    return all
      .filter(({ marks }) => wanted === undefined || marks.repository.toLowerCase() === wanted)
      .map((preview) => preview.listed());
  }

  /** The last lines of a service's log. */
  log(key: PreviewKey, service: string, lines: number): readonly string[] {
    const file = this.#get(key).logOf(service);
    return file === undefined ? [] : tailLog(file, lines);
  }

  /** Where a host name leads; `undefined` for an unknown one. */
  route(host: string): Route | undefined {
    for (const preview of this.#previews.values()) {
      const instance = preview.live?.instances.find(
        ({ parts }) => parts.specification.host === host,
      );
      if (instance) return { preview, service: instance.parts.specification.name, instance };
    }
    for (const preview of this.#previews.values()) {
      const service = preview.marks.services.find((one) => one.host === host);
      if (service && !preview.isGone) {
        return { preview, service: service.name, instance: undefined };
      }
    }
    return undefined;
  }

  /** Ends all processes; the records stay. */
  async halt(): Promise<void> {
    await Promise.all([...this.#previews.values()].map((preview) => preview.halt()));
  }

  #get(key: PreviewKey): Preview {
    const preview = this.#previews.get(keyOf(key));
    if (preview && !preview.isGone) return preview;
    throw new UserError(
      `There is no preview ${key.previewId} of ${key.repository} on this machine.`,
      'Deploy it first, for example with a push to its pull request.',
    );
  }

  async #tidily<Result>(preview: Preview, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } finally {
      const key = keyOf(preview.marks);
      if (preview.isGone && this.#previews.get(key) === preview) this.#previews.delete(key);
    }
  }

  #make({ preview: desired, at }: DeployRequest): Preview {
    const { repository, previewId, pullRequest, commit, requested, fingerprint } = desired;
    return new Preview(this.#machine, this.#ports, {
      ...{ repository, previewId, pullRequest, commit, requested, fingerprint },
      createdAt: at,
      services: [],
    });
  }

  /** Two previews with one host would serve each other's visitors. */
  #refuseTakenHosts({ preview: desired }: DeployRequest): void {
    for (const { host } of desired.services) {
      const other = this.route(host.toLowerCase())?.preview.marks;
      if (!other || keyOf(other) === keyOf(desired)) continue;
      throw new UserError(
        `The host ${host} belongs to preview ${other.previewId} of ${other.repository}.`,
        'Give the hosts a part that differs, such as `host: "{id}.{repository}.localhost"`, in .github/understudy.yml.',
      );
    }
  }

  #records(): readonly PreviewRecord[] {
    return recordFiles(this.#machine.state).flatMap((file) => {
      try {
        return [readRecord(file)];
      } catch (error) {
        this.#machine.report(`${(error as Error).message}; it is put aside`);
        renameSync(file, `${file}.unreadable`);
        return [];
      }
    });
  }

  async #adopt(record: PreviewRecord): Promise<void> {
    const {
      live: _live,
      passing: _passing,
      failure: _failure,
      version: _version,
      ...marks
    } = record;
    const preview = new Preview(this.#machine, this.#ports, marks);
    await preview.adopt(record);
    if (!preview.isGone) this.#previews.set(keyOf(record), preview);
  }

  async #removeOrphans(): Promise<void> {
    const { state, prefix, limits } = this.#machine;
    const kept = new Set(
      [...this.#previews.values()].flatMap((preview) => preview.live?.parts.id ?? []),
    );
    const orphans = markersWith(`${prefix}.`).filter(
      (marker) => !kept.has(marker.split('.')[1] ?? ''),
    );
    await Promise.all(orphans.map((marker) => endFamily({ marker }, limits.grace)));
    for (const folder of [state.worktrees, state.logs]) {
      for (const name of readdirSync(folder)) {
        if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
    for (const name of readdirSync(state.previews)) {
      if (name.endsWith('.new')) rmSync(join(state.previews, name));
    }
    if (existsSync(state.repositories)) await pruneMirrors(this.#machine);
  }
}

function keyOf({ repository, previewId }: PreviewKey): string {
  return `${repository.toLowerCase()}#${previewId}`;
}
