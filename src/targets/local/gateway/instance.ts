import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceState } from '../../target.ts';
import type { ProcessIdentity, ServiceRecord, ServiceSpecification } from '../registry.ts';
import { restartDelay } from './backoff.ts';
import { firstHealth, unhealthy } from './first-health.ts';
import type { FreePorts } from './free-port.ts';
import { type Launched, launch } from './launch.ts';
import { capLog } from './log-file.ts';
import type { Machine } from './machine.ts';
import { type Health, probeOnce } from './probe.ts';
import { endFamily, identify, isRunning, type ProcessFamily } from './process-table.ts';
import { Usage } from './usage.ts';

/** What an instance is made of. */
export interface InstanceParts {
  readonly machine: Machine;
  readonly ports: FreePorts;
  readonly specification: ServiceSpecification;
  readonly command: readonly string[];
  readonly folder: string;
  readonly log: string;
  readonly marker: string;
  environment(port: number | undefined): Record<string, string>;
  /** Called after every change that a record should hold. */
  changed(): void;
}

/** Thrown when a service did not become healthy. */
export class StartFailure extends Error {
  override readonly name: string = 'StartFailure';
}

/** All that can be known of a process that is not our child. */
const endedSomehow = Promise.resolve('the process ended');

/** One service of a release: a process that is started, watched, restarted, put to sleep and woken. */
export class Instance {
  readonly parts: InstanceParts;
  readonly usage: Usage;
  state: ServiceState = 'starting';
  /** What went wrong last. */
  fault = '';
  port: number | undefined;
  process: ProcessIdentity | undefined;
  /** Loopback address that was healthy. */
  address = '127.0.0.1';
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #life = new AbortController();
  /** How the process ended that was ready last. */
  #exit: Promise<string> = endedSomehow;
  #failures = 0;
  #readySince = 0;
  #ending: Promise<readonly number[]> | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(parts: InstanceParts) {
    this.parts = parts;
    this.usage = new Usage(parts.machine.now);
  }

  /** Starts for the first time. Throws `StartFailure` after too many crashes or when time is up. */
  async start(): Promise<void> {
    await this.#keepTrying(this.parts.machine.limits.starts);
  }

  /** Takes over what a record tells of: the process when it runs and is healthy, else a new one. */
  async adopt(record: ServiceRecord): Promise<void> {
    if (record.state === 'sleeping') return this.#become('sleeping');
    const { process: identity, port } = record;
    if (identity && port !== undefined && isRunning(identity)) {
      this.process = identity;
      this.port = port;
      this.parts.ports.keep(port);
      const health = await probeOnce({ ...this.parts.specification, port }, this.#life.signal);
      if (health.healthy) return this.#ready(health.address, undefined);
    }
    await this.#end(0);
    if (!this.#life.signal.aborted) this.#revive();
  }

  /** Wakes it where it sleeps, and waits at most `within` milliseconds for a lasting state. */
  async awake(within: number): Promise<ServiceState> {
    const signal = AbortSignal.timeout(within);
    if (this.state === 'sleeping') {
      this.#become('starting');
      void Promise.resolve(this.#ending).then(() => this.#revive());
    }
    while (this.state === 'starting' && !signal.aborted) {
      await once(this.#changes, 'change', { signal }).catch(() => undefined);
    }
    return this.state;
  }

  /** Waits for requests under way, at most the grace, then ends everything. Answers what is left. */
  async retire(): Promise<readonly number[]> {
    await this.usage.requestsEnd(this.parts.machine.limits.grace);
    return this.stop();
  }

  /** A visitor could not connect: looks at once whether the process still runs. */
  async suspect(): Promise<void> {
    const { process: life } = this;
    if (life && !isRunning(life)) this.#crashed(life, await this.#exit);
  }

  /** Ends everything for good. Answers the ids of processes that could not be ended. */
  async stop(grace = this.parts.machine.limits.grace): Promise<readonly number[]> {
    this.#life.abort();
    clearInterval(this.#looking);
    await this.#ending;
    return this.#end(grace);
  }

  /** What the record holds of it. */
  record(url: string): ServiceRecord {
    return {
      specification: this.parts.specification,
      state: this.state,
      url,
      ...(this.port !== undefined && { port: this.port }),
      ...(this.process && { process: this.process }),
    };
  }

  /** Tries until healthy. The state is `failed` after `starts` failures, whether it goes on or gives up. */
  async #keepTrying(attempts: number): Promise<void> {
    for (;;) {
      const outcome = await this.#attempt();
      if (outcome === 'ready') return;
      this.#failures += 1;
      this.fault = outcome.fault;
      const hopeless = this.#failures >= this.parts.machine.limits.starts || outcome.final;
      if (hopeless) this.#become('failed');
      if (this.#failures >= attempts || (outcome.final && Number.isFinite(attempts))) {
        throw new StartFailure(outcome.fault);
      }
      const pause = restartDelay(this.#failures, this.parts.machine.limits);
      await delay(pause, undefined, { signal: this.#life.signal });
    }
  }

  async #attempt(): Promise<'ready' | { readonly fault: string; readonly final: boolean }> {
    const port = await this.#newPort();
    const health = await this.#firstHealth(port);
    if (typeof health !== 'string' && health.healthy) return 'ready';
    const crashed = typeof health === 'string';
    await this.#end(crashed ? 0 : this.parts.machine.limits.grace);
    return {
      fault: crashed ? health : unhealthy(this.parts.specification.probe, health),
      final: !crashed,
    };
  }

  /** Words for a process that ended or could not be started; else what the probe found. */
  async #firstHealth(port: number): Promise<string | Health> {
    this.#life.signal.throwIfAborted();
    let launched: Launched;
    try {
      launched = this.#launch(port);
    } catch (error) {
      return `the process could not start: ${(error as Error).message}`;
    }
    const target = { ...this.parts.specification, port };
    const health = await firstHealth(launched, target, this.#life.signal);
    this.#life.signal.throwIfAborted();
    if (typeof health !== 'string' && health.healthy) this.#ready(health.address, launched);
    return health;
  }

  #launch(port: number): Launched {
    const { command, folder, log, environment, machine } = this.parts;
    capLog(log, machine.limits.log);
    const launched = launch({ command, folder, log, environment: environment(port) });
    this.process = launched.pid === undefined ? undefined : identify(launched.pid);
    this.parts.changed();
    return launched;
  }

  #ready(address: string, launched: Launched | undefined): void {
    const { now, limits } = this.parts.machine;
    this.address = address;
    this.#readySince = now();
    this.usage.touch();
    const life = this.process;
    this.#exit = launched?.exit.then(({ words }) => `the process ${words}`) ?? endedSomehow;
    if (launched) void this.#exit.then((fault) => this.#crashed(life, fault));
    clearInterval(this.#looking);
    this.#looking = setInterval(
      () => this.#look(life, launched !== undefined),
      limits.look,
    ).unref();
    this.#become('ready');
  }

  /** What nobody tells us: the end of a process that is not our child, idleness, the size of the log. */
  #look(life: ProcessIdentity | undefined, ours: boolean): void {
    const { machine, log, specification } = this.parts;
    capLog(log, machine.limits.log);
    if (!ours && life && !isRunning(life)) void this.suspect();
    const { sleepAfter } = specification;
    const isIdle = sleepAfter !== undefined && this.usage.idle >= sleepAfter;
    if (isIdle && this.state === 'ready') this.#sleep();
  }

  #sleep(): void {
    clearInterval(this.#looking);
    this.#failures = 0;
    this.#become('sleeping');
    this.#ending = this.#end(this.parts.machine.limits.grace);
  }

  #crashed(life: ProcessIdentity | undefined, fault: string): void {
    if (this.state !== 'ready' || this.process !== life || this.#life.signal.aborted) return;
    clearInterval(this.#looking);
    const { limits, now, report } = this.parts.machine;
    this.#failures = now() - this.#readySince >= limits.steady ? 1 : this.#failures + 1;
    this.fault = fault;
    report(`${this.parts.specification.host}: ${fault}, starting it again`);
    this.#become(this.#failures > limits.starts ? 'failed' : 'starting');
    const pause = restartDelay(this.#failures, limits);
    const again = async () => {
      await this.#end(0);
      await delay(pause, undefined, { signal: this.#life.signal });
      this.#revive();
    };
    again().catch(() => undefined);
  }

  /** Starts again and again, for an instance that is to serve. */
  #revive(): void {
    this.#keepTrying(Number.POSITIVE_INFINITY).catch((error: unknown) => {
      if (!this.#life.signal.aborted) this.parts.machine.report(String(error));
    });
  }

  async #newPort(): Promise<number> {
    this.parts.ports.release(this.port);
    const port = await this.parts.ports.take();
    this.port = port;
    // Stopped meanwhile: nobody else would give it back.
    if (this.#life.signal.aborted) this.parts.ports.release(port);
    return port;
  }

  async #end(grace: number): Promise<readonly number[]> {
    const family: ProcessFamily = { marker: this.parts.marker, leader: this.process };
    const left = await endFamily(family, grace);
    if (left.length > 0) return left;
    this.process = undefined;
    this.parts.ports.release(this.port);
    this.port = undefined;
    this.parts.changed();
    return [];
  }

  #become(state: ServiceState): void {
    this.state = state;
    this.parts.changed();
    this.#changes.emit('change');
  }
}
