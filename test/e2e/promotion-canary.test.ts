import { expect, test } from '@jest/globals';
import type { StepResult } from '../../src/lab/step/step.ts';
import { git } from '../world/git.ts';
import { inWorld, repository, type World } from '../world/world.ts';

/** A secret of the job, and a text that looks like a token of GitHub and is known to nobody. */
const jobSecret = 'canary-of-the-job-5f2a';
const looksLike = `ghp_${'c4nary'.repeat(6)}`;

const permissions = {
  contents: 'write',
  pull_requests: 'write',
  deployments: 'write',
  checks: 'read',
  statuses: 'read',
} as const;

const configuration = `pipelines:
  shop:
    versions: { branch: main }
    stages:
      - { name: staging, via: outputs }
      - name: production
        after: [staging]
        gates:
          verification:
            runs: [{ name: smoke, command: [node, -e, "console.log(JSON.stringify(process.env)); process.exit(1)"] }]
        via: { pull-request: { edits: [{ file: envs/production.yaml, path: image.tag }] } }
`;

const ledger = 'refs/understudy/promotion/shop';

/** Runs of one world, with all that they told. */
class Told {
  readonly world: World;
  readonly token: string;
  readonly results: StepResult[] = [];

  constructor(world: World) {
    this.world = world;
    this.token = world.github.createToken(permissions, repository);
  }

  async run(inputs: Record<string, string> = {}): Promise<StepResult> {
    const { event, payload } = await this.world.schedule();
    const trigger = { event, payload: { ...payload, sender: { login: 'ada' } } };
    const env = { DEPLOY_KEY: jobSecret };
    const settings = { action: 'promote-environment', token: this.token, inputs, env, debug: true };
    const result = await this.world.step(trigger, settings);
    this.results.push(result);
    return result;
  }

  /** By place, all that people can read. */
  async places(): Promise<Readonly<Record<string, string>>> {
    const { world } = this;
    const bare = world.github.repositories[repository] ?? '';
    const read = async (path: string) =>
      JSON.stringify((await world.must('GET', `/repos/${repository}/${path}`)).body);
    const told = (part: (result: StepResult) => unknown) =>
      JSON.stringify(this.results.map((result) => part(result)));
    return {
      ledger: git(bare, 'log', '--patch', '--format=fuller', ledger),
      log: told(({ log }) => log),
      summary: told(({ summary }) => summary),
      outputs: told(({ outputs, annotations, env, state }) => [outputs, annotations, env, state]),
      comments: await read('issues/comments'),
      deployments: await read('deployments'),
    };
  }
}

test('what is secret comes into no ledger, log, summary, output, comment or deployment', () =>
  inWorld(
    {
      configuration,
      gateway: false,
      files: { 'envs/production.yaml': 'image: { tag: v0 }\n' },
    },
    async (world) => {
      await world.collaborator('ada', 'maintain');
      git(world.clone, 'commit', '--quiet', '--allow-empty', '-m', `Use ${looksLike} ${jobSecret}`);
      git(world.clone, 'push', '--quiet', 'origin', 'main');
      await world.github.takeInPushes();
      const version = git(world.clone, 'rev-parse', 'HEAD');
      const told = new Told(world);
      const { promotion = '' } = (await told.run()).outputs;
      for (const secret of [told.token, jobSecret, looksLike]) {
        const evidence = `https://ci.example.com/?run=${secret}`;
        const report = await told.run({ mode: 'report', promotion, result: 'success', evidence });
        const hold = await told.run({
          mode: 'hold',
          stage: 'production',
          why: `as ${secret} leaks`,
        });
        expect([report.exit, hold.exit]).toEqual([1, 1]);
        expect(report.outputs.reason).toMatch(/secret|token/);
      }
      expect((await told.run({ mode: 'report', promotion, result: 'success' })).exit).toBe(0);
      const failed = await told.run();
      expect(failed.outputs.reason).toMatch(/^verification: failed: smoke/);
      const why = 'orders fail';
      const gates = 'verification';
      const over = { mode: 'override', stage: 'production', version, gates, why };
      expect((await told.run(over)).outputs.decision).toBe('promote');
      const places = await told.places();
      expect(places.comments).toContain('Promotion');
      for (const [place, text] of Object.entries(places)) {
        for (const secret of [told.token, jobSecret, looksLike])
          expect({ place, found: text.includes(secret) && secret }).toEqual({
            place,
            found: false,
          });
      }
    },
  ));
