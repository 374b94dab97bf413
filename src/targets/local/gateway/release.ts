import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredPreview, Leftover, PreviewMarks, ProgressEvent } from '../../target.ts';
import type { ReleaseRecord, ServiceSpecification } from '../registry.ts';
import { previewEnvironment } from './environment.ts';
import { followLogs } from './follow-logs.ts';
import type { FreePorts } from './free-port.ts';
import { Instance, StartFailure } from './instance.ts';
import { shell } from './launch.ts';
import { tailLog } from './log-file.ts';
import type { Machine } from './machine.ts';
import { ReleaseFailure } from './release-failure.ts';
import { runCommand } from './run-command.ts';
import { specify } from './specify.ts';
import { removeTraces, unended } from './traces.ts';
import { addWorktree } from './worktree.ts';

/** Lines of a log that go with a failure. */
const failureLines = 40;
const stopWithin = 60_000;

/** What a release is made of. */
export interface ReleaseParts {
  readonly machine: Machine;
  readonly ports: FreePorts;
  readonly id: string;
  readonly marks: PreviewMarks;
  readonly commit: string;
  readonly fingerprint: string;
  changed(): void;
}

/** Hears what happens while a release is made. */
export type Listener = (event: ProgressEvent) => void;

/** One commit of a preview: a worktree, and a process for each service. */
export class Release {
  readonly parts: ReleaseParts;
  readonly folder: string;
  instances: readonly Instance[] = [];
  readonly #life = new AbortController();
  #listener: Listener = () => undefined;

  constructor(parts: ReleaseParts) {
    this.parts = parts;
    this.folder = join(parts.machine.state.worktrees, parts.id);
  }

  /** Makes it ready beside others. Throws `ReleaseFailure`, `UserError`, or whatever git says. */
  async bringUp(desired: DesiredPreview, listener: Listener): Promise<void> {
    this.#listener = listener;
    const names = desired.services.map(({ name }) => name);
    await this.#step(names, 'check out', () => this.#checkOut());
    const specifications = desired.services.map((service) => specify(service, this.folder));
    this.#makeInstances(specifications);
    const stopFollowing = followLogs(this.instances, (service, line) =>
      listener({ kind: 'log', at: this.#now(), service, line }),
    );
    try {
      for (const instance of this.#installers()) await this.#install(instance);
      await this.#startAll();
    } finally {
      stopFollowing();
    }
    this.#life.signal.throwIfAborted();
  }

  /** Takes over what a killed gateway left; services come up in their own time. */
  adopt(record: ReleaseRecord): void {
    this.#makeInstances(record.services.map(({ specification }) => specification));
    for (const [index, instance] of this.instances.entries()) {
      const service = record.services[index];
      if (!service) continue;
      instance
        .adopt(service)
        .catch((error: unknown) => this.parts.machine.report(`${service.url}: ${String(error)}`));
    }
  }

  /** Ends what is under way; `bringUp` then rejects. */
  abort(): void {
    this.#life.abort();
  }

  /** Ends the processes and keeps everything else, for a gateway that is stopped. */
  async halt(): Promise<void> {
    this.abort();
    await Promise.all(this.instances.map((instance) => instance.stop()));
  }

  /**
   * Removes it without a trace and answers what is left. `stopCommand`: run the configured `stop` first, which
   * is right only when no other release of the preview lives, because they share names such as Compose's.
   */
  async dispose(options: { readonly stopCommand: boolean }): Promise<readonly Leftover[]> {
    this.abort();
    if (options.stopCommand) await this.#runStop();
    const ended = await Promise.all(this.instances.map((instance) => instance.retire()));
    const { machine, marks, id } = this.parts;
    const traces = await removeTraces(machine, marks.repository, id);
    return [...unended(ended.flat()), ...traces];
  }

  /** The log of a service. */
  logOf(service: string): string {
    const index = this.instances.findIndex(({ parts }) => parts.specification.name === service);
    return this.#logFile(index);
  }

  record(): ReleaseRecord {
    const { id, commit, fingerprint, machine } = this.parts;
    const services = this.instances.map((instance) =>
      instance.record(machine.urlOf(instance.parts.specification.host)),
    );
    return { id, commit, fingerprint, services };
  }

  async #checkOut(): Promise<void> {
    await addWorktree(this.parts.machine, this.parts.marks, this.folder);
    this.#life.signal.throwIfAborted();
  }

  #makeInstances(specifications: readonly ServiceSpecification[]): void {
    this.instances = specifications.map((specification, index) =>
      this.#instance(specification, index),
    );
  }

  #instance(specification: ServiceSpecification, index: number): Instance {
    const { machine, ports, changed } = this.parts;
    const { launch } = specification;
    const command = launch.kind === 'shell' ? shell(launch.command) : machine.staticServer;
    return new Instance({
      machine,
      ports,
      specification,
      command,
      changed,
      folder: this.folder,
      log: this.#logFile(index),
      marker: this.#marker(String(index)),
      environment: (port) => this.#environment(specification, String(index), port),
    });
  }

  /** One instance for each different installation: services of one repository often share it. */
  #installers(): readonly Instance[] {
    const key = ({ parts: { specification } }: Instance) =>
      JSON.stringify([specification.install, specification.env]);
    const wanted = this.instances.filter(({ parts }) => parts.specification.install);
    return wanted.filter((one, at) => wanted.findIndex((other) => key(other) === key(one)) === at);
  }

  async #install({ parts }: Instance): Promise<void> {
    const { name, install = '' } = parts.specification;
    await this.#step([name], 'install', async () => {
      const fault = await this.#run(parts.specification, install, 'install', parts.log);
      if (fault)
        throw new ReleaseFailure(name, `install ${fault}`, tailLog(parts.log, failureLines));
    });
  }

  async #startAll(): Promise<void> {
    const stopAll = () => this.#stopAll();
    this.#life.signal.addEventListener('abort', stopAll);
    try {
      await Promise.all(this.instances.map((instance) => this.#start(instance)));
    } finally {
      this.#life.signal.removeEventListener('abort', stopAll);
    }
  }

  #stopAll(): void {
    for (const instance of this.instances) instance.stop().catch(() => undefined);
  }

  async #start(instance: Instance): Promise<void> {
    const { name } = instance.parts.specification;
    await this.#step([name], 'start', async () => {
      this.#life.signal.throwIfAborted();
      await instance.start().catch((error: unknown) => {
        if (!(error instanceof StartFailure)) throw error;
        throw new ReleaseFailure(name, error.message, tailLog(instance.parts.log, failureLines));
      });
    });
  }

  async #runStop(): Promise<void> {
    if (!existsSync(this.folder)) return;
    for (const { parts } of this.instances) {
      const { stop, host } = parts.specification;
      if (!stop) continue;
      const fault = await this.#run(parts.specification, stop, 'stop', parts.log);
      if (fault) this.parts.machine.report(`${host}: stop ${fault}`);
    }
  }

  #run(
    specification: ServiceSpecification,
    command: string,
    role: 'install' | 'stop',
    log: string,
  ) {
    const { limits } = this.parts.machine;
    const environment = this.#environment(specification, role);
    return runCommand(
      { command: shell(command), folder: this.folder, log, environment },
      {
        marker: this.#marker(role),
        within: role === 'install' ? limits.install : stopWithin,
        grace: limits.grace,
        ...(role === 'install' && { signal: this.#life.signal }),
      },
    );
  }

  #environment(specification: ServiceSpecification, role: string, port?: number) {
    const { machine, marks } = this.parts;
    return previewEnvironment(machine.environment, {
      marks,
      url: machine.urlOf(specification.host),
      marker: this.#marker(role),
      env: specification.env,
      ...(port !== undefined && { port }),
    });
  }

  async #step(services: readonly string[], step: string, act: () => Promise<void>): Promise<void> {
    const tell = (state: 'running' | 'done' | 'failed', detail?: string) => {
      for (const service of services) {
        this.#listener({
          kind: 'step',
          at: this.#now(),
          service,
          step,
          state,
          ...(detail && { detail }),
        });
      }
    };
    tell('running');
    try {
      await act();
      tell('done');
    } catch (error) {
      tell('failed', this.#life.signal.aborted ? 'given up' : (error as Error).message);
      throw error;
    }
  }

  #now() {
    return this.parts.machine.now() as ProgressEvent['at'];
  }

  #marker(role: string): string {
    return `${this.parts.machine.prefix}.${this.parts.id}.${role}`;
  }

  #logFile(index: number): string {
    return join(this.parts.machine.state.logs, this.parts.id, `${index}.log`);
  }
}
