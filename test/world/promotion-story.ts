import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from './git.ts';
import { repository, type StepSettings, type World } from './world.ts';

/** What docs/promotions.md gives a job that moves a pipeline with all these ways. */
const permissions = {
  contents: 'write',
  pull_requests: 'write',
  deployments: 'write',
  checks: 'read',
  statuses: 'read',
} as const;

/** A pipeline at a stand-in whose clock, and that of every run, is moved by hand. */
export class PipelineStory {
  readonly world: World;
  readonly #permissions: Record<string, 'read' | 'write'>;
  #now = '';

  constructor(world: World, more: Record<string, 'read' | 'write'> = {}) {
    this.world = world;
    this.#permissions = { ...permissions, ...more };
  }

  async at(moment: string): Promise<void> {
    this.#now = moment;
    await this.world.must('POST', '/_lab/clock', { now: moment });
  }

  /** The moment that the story is at. */
  get now(): string {
    return this.#now;
  }

  /** One run of promote-environment, started by a schedule or by a person. */
  async run(inputs: Record<string, string> = {}, by?: string) {
    return (await this.start(inputs, by)).finished;
  }

  /** As `run`, with a way to kill it. */
  async start(inputs: Record<string, string> = {}, by?: string) {
    const { world } = this;
    const { event, payload } = await world.schedule();
    const trigger = by
      ? { event: 'workflow_dispatch', payload: { ...payload, sender: { login: by } } }
      : { event, payload };
    const settings: StepSettings = {
      action: 'promote-environment',
      inputs,
      token: world.tokenFor(trigger, this.#permissions),
      env: { UNDERSTUDY_NOW: this.#now },
    };
    return world.start(trigger, settings);
  }

  /** Decides; answers decision and reason for each stage, and the outputs. */
  async advance(inputs: Record<string, string> = {}) {
    const { exit, outputs, annotations, summary } = await this.run(inputs);
    const errors = annotations.filter(({ level }) => level === 'error');
    if (exit !== 0 || errors.length > 0) throw new Error(`exit ${exit}: ${JSON.stringify(errors)}`);
    const decided = JSON.parse(outputs.promotions ?? '[]') as Record<string, string>[];
    const stages = decided.map(({ stage, decision, reason = '' }) => [
      stage,
      decision,
      reason.split(':')[0],
    ]);
    return { outputs, stages, summary };
  }

  /** Someone with an account commits to main. */
  async push(file: string, text: string): Promise<string> {
    const { clone, github } = this.world;
    git(clone, 'pull', '--quiet', 'origin', 'main');
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    writeFileSync(join(clone, file), text);
    git(clone, 'add', '--all');
    const author = 'Grace <7+grace@users.noreply.github.com>';
    git(clone, 'commit', '--quiet', `--author=${author}`, '--message', `Change ${file}`);
    git(clone, 'push', '--quiet', 'origin', 'main');
    await github.takeInPushes();
    return git(clone, 'rev-parse', 'HEAD');
  }

  pass(commit: string) {
    return this.world.must('POST', `/repos/${repository}/statuses/${commit}`, {
      state: 'success',
      context: 'build',
    });
  }

  async pulls(state = 'open') {
    const { body } = await this.world.must('GET', `/repos/${repository}/pulls?state=${state}`);
    return body as { number: number; title: string; html_url: string; head: { ref: string } }[];
  }

  /** Commits that were deployed to an environment and how that stands, oldest first. */
  async deployments(environment: string) {
    const path = `/repos/${repository}/deployments`;
    const { body } = await this.world.must('GET', `${path}?environment=${environment}`);
    const found = (body as { id: number; sha: string }[]).reverse();
    return Promise.all(
      found.map(async ({ id, sha }) => {
        const { body: states } = await this.world.must('GET', `${path}/${id}/statuses`);
        return [sha, (states as { state: string }[])[0]?.state];
      }),
    );
  }

  file(ref = 'main') {
    return git(
      this.world.github.repositories[repository] ?? '',
      'show',
      `${ref}:envs/production.yaml`,
    );
  }
}
