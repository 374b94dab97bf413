import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from '../src/lab/step/run-step.ts';
import type { StepResult } from '../src/lab/step/step.ts';
import {
  type FakeCloudFormation,
  type FakeOptions,
  startFakeCloudFormation,
} from '../test/aws/fake-cloudformation.ts';
import { inWorld, repository, type Trigger } from '../test/world/world.ts';

/** One run of an action against CloudFormation. */
export interface Run {
  readonly exit: number;
  /** Milliseconds from start to exit. */
  readonly wall: number;
  /** Milliseconds that CloudFormation itself takes for what was asked of it. */
  readonly service: number;
  /** To AWS. */
  readonly requests: number;
  /** Each with the second in which it came. */
  readonly asked: readonly string[];
  /** Milliseconds from the last answer, of AWS or of GitHub, to exit. */
  readonly tail: number;
  /** Milliseconds from start to the first request to AWS. */
  readonly first: number;
  /** What it says of a failure. */
  readonly error: string;
}

/** A template with some depth, and where it says that it is. */
export function templateOf(port: number, label: string): string {
  return `Parameters:
  Commit: { Type: String, Default: none }
Resources:
  Jobs: { Type: AWS::SQS::Queue }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: ${label} }
  Web:
    Type: AWS::SSM::Parameter
    DependsOn: [Jobs, Topic]
    Properties: { Type: String, Value: ${label} }
Outputs:
  Url: { Value: http://127.0.0.1:${port}/ }
`;
}

/** A deployer that has its own CloudFormation, and deploys what a template says again and again. */
export interface Deployer {
  readonly fake: FakeCloudFormation;
  /** With the same label nothing changes. */
  deploy(label: string): Promise<Run>;
}

/** Plays with the peer, as its README has it used. */
export async function withPeer(
  folder: string,
  options: FakeOptions,
  play: (peer: Deployer) => Promise<void>,
): Promise<void> {
  const workspace = mkdtempSync(join(tmpdir(), 'bench-peer-'));
  await withFake(options, async (fake, port) => {
    const inputs = { name: 'preview', template: 'preview.yaml' };
    const step = (label: string) => {
      writeFileSync(join(workspace, 'preview.yaml'), templateOf(port, label));
      const event = { event: 'push', payload: {}, sha: '0'.repeat(40) };
      const env = variables(fake);
      return runStep({
        root: folder,
        action: 'understudy',
        ...event,
        inputs,
        env,
        workspace,
        repository,
      });
    };
    await play({
      fake,
      deploy: (label) =>
        measured(
          fake,
          () => step(label),
          () => 0,
        ),
    });
  });
  rmSync(workspace, { recursive: true, force: true });
}

const configuration = `preview:
  probe: { path: /, within: 10s }
  target: cloudformation
  cloudformation:
    template: infra/preview.yaml
    url: output:Url
`;

/** Plays with deploy-preview; GitHub is the stand-in, and the address of the preview answers. */
export async function withUs(
  options: FakeOptions,
  play: (us: Deployer) => Promise<void>,
): Promise<void> {
  await withFake(options, (fake, port) =>
    inWorld({ gateway: false, configuration }, async (world) => {
      let last = 0;
      let known: { readonly label: string; readonly event: Trigger } | undefined;
      world.tap.watch = () => {
        last = Date.now();
      };
      const branch = 'feature/lamp';
      const eventOf = async (label: string): Promise<Trigger> => {
        const files = { 'infra/preview.yaml': templateOf(port, label) };
        if (known) return world.update(branch, files);
        await world.push(branch, files);
        return world.openPull(branch);
      };
      const deploy = async (label: string) => {
        if (known?.label !== label) known = { label, event: await eventOf(label) };
        const { event } = known;
        const settings = { action: 'deploy-preview', env: variables(fake) };
        return measured(
          fake,
          () => world.step(event, settings),
          () => last,
        );
      };
      await play({ fake, deploy });
    }),
  );
}

async function withFake(
  options: FakeOptions,
  play: (fake: FakeCloudFormation, port: number) => Promise<void>,
): Promise<void> {
  const fake = await startFakeCloudFormation(options);
  const application = createServer((_request, response) => response.end('preview'));
  await new Promise<void>((ready) => application.listen(0, '127.0.0.1', ready));
  try {
    await play(fake, (application.address() as AddressInfo).port);
  } finally {
    application.close();
    await fake.close();
  }
}

/** What the credentials action sets. */
export function variables({ url }: { readonly url: string }): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function measured(
  fake: FakeCloudFormation,
  step: () => Promise<StepResult>,
  lastElsewhere: () => number,
): Promise<Run> {
  fake.forget();
  const start = Date.now();
  const { exit, log, wallMs, annotations } = await step();
  const end = Date.now();
  const requests = fake.requests();
  const last = Math.max(lastElsewhere(), ...requests.map(({ answeredAt }) => answeredAt));
  const error = annotations.find(({ level }) => level === 'error')?.message ?? '';
  return {
    exit,
    wall: wallMs,
    service: serviceTime(fake),
    requests: requests.length,
    asked: requests.map(({ action, at }) => `${((at - start) / 1000).toFixed(1)} ${action}`),
    tail: end - last,
    first: Math.min(...requests.map(({ at }) => at)) - start,
    error: exit === 0 ? '' : error || log.slice(-500),
  };
}

/** What CloudFormation took from the request that began each thing to its end. */
function serviceTime(fake: FakeCloudFormation): number {
  const asked = (action: string) =>
    fake.requests().find((one) => one.action === action && one.status === 200);
  const planned = asked('CreateChangeSet') ? fake.behaviour().changeSetSeconds * 1000 : 0;
  const executed = asked('ExecuteChangeSet');
  if (!executed) return planned;
  const events = fake.stacks().flatMap((stack) => stack.events);
  const ended = Math.max(...events.map(({ at }) => at));
  return planned + ended - executed.at;
}
