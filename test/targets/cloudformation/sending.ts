import { instant } from '../../../src/core/time.ts';
import type {
  ChangeSetRequest,
  PreparedChangeSet,
  ReadyChangeSet,
} from '../../../src/targets/cloudformation/change-sets/change-set.ts';
import { type Cloud, connectCloud } from '../../../src/targets/cloudformation/connect/cloud.ts';
import { retryWith } from '../../../src/targets/cloudformation/connect/retrying.ts';
import { pauseFor } from '../../../src/targets/pause.ts';
import {
  type FakeCloudFormation,
  type FakeOptions,
  startFakeCloudFormation,
} from '../../aws/fake-cloudformation.ts';
import { type FaultProxy, startFaultProxy } from '../../aws/fault-proxy.ts';

/** How much faster than AWS tests run: three seconds of a change set are 30 ms. */
const speed = 100;

/** A connection to the fake through a proxy that can break requests. */
export interface Sending {
  readonly fake: FakeCloudFormation;
  readonly proxy: FaultProxy;
  readonly cloud: Cloud;
  readonly cancel: AbortController;
  readonly waiting: {
    now(): ReturnType<typeof instant>;
    pause(milliseconds: number, signal: AbortSignal): Promise<void>;
    readonly signal: AbortSignal;
  };
  /** What was asked for, in order, with the tries of the SDK. */
  actions(): string[];
}

const pause = (milliseconds: number, signal?: AbortSignal) =>
  pauseFor(milliseconds / speed, signal);

/** Plays with a fresh fake, and closes everything after. */
export async function sending(
  options: FakeOptions,
  play: (sending: Sending) => Promise<void>,
): Promise<void> {
  const fake = await startFakeCloudFormation({ speed, ...options });
  const proxy = await startFaultProxy(fake.url);
  const cloud = connectCloud({ environment: environmentFor(proxy.url) });
  retryWith(cloud, { random: () => 0.5, pause });
  const cancel = new AbortController();
  const now = () => instant(Date.now() * speed);
  try {
    await play({
      fake,
      proxy,
      cloud,
      cancel,
      waiting: { now, pause, signal: cancel.signal },
      actions: () => proxy.requests().map(({ action }) => action),
    });
  } finally {
    cloud.destroy();
    await proxy.close();
    await fake.close();
  }
}

export function environmentFor(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'the-secret-key',
  };
}

/** A template of queues, by logical id with their timeout. */
export function queues(timeouts: Readonly<Record<string, number>>): string {
  const resources = Object.entries(timeouts).map(([id, timeout]) => [
    id,
    { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: timeout } },
  ]);
  return JSON.stringify({
    Parameters: { Password: { Type: 'String', NoEcho: true, Default: '' } },
    Resources: Object.fromEntries(resources),
  });
}

export function requestFor(some: Partial<ChangeSetRequest> = {}): ChangeSetRequest {
  return {
    stackName: 'shop',
    template: { body: queues({ Orders: 30, Mails: 30 }) },
    parameters: [],
    tags: [{ Key: 'team', Value: 'web' }],
    capabilities: [],
    notificationArns: [],
    kind: 'CREATE',
    imports: [],
    onFailure: 'rollback',
    rollbackTriggers: [],
    monitorMinutes: 0,
    operation: 'run-1-1',
    nested: false,
    ...some,
  };
}

export function ready(prepared: PreparedChangeSet): ReadyChangeSet {
  if (prepared.kind !== 'ready') throw new Error('the change set is empty');
  return prepared;
}
