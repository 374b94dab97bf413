/**
 * A stand-in for AWS CloudFormation that keeps AWS's own manners where emulators do not: change sets that are
 * pending, operations that take their time, stale answers, newest-first events, "Resource creation cancelled",
 * nested failures, CLEANUP statuses, refusals by status. It speaks the query protocol (what the SDK sends) and
 * the little of S3 that templates need (PUT, HEAD, GET of `/bucket/key`).
 *
 *     const aws = await startFakeCloudFormation({ speed: 100, failures: [{ logicalId: 'Web', on: 'create', reason: 'no' }] });
 *     const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials });
 *     aws.requests();              // [{ action: 'CreateChangeSet', status: 200, input, … }]
 *     aws.change({ failures: [] }) // behaviour of what comes
 *     aws.advance(3600);           // an hour of the service's passes
 *     await aws.close();
 *
 * - Nothing runs by itself: what is due happens when someone asks, at its own time. All times are `now()`'s
 *   (default: the clock), so with `now` an hour-long operation takes no time at all.
 * - `speed: 100` plays 25 s in 0.25 s. Defaults are a change set of 3 s and operations of 25 s.
 * - An access key id of 12 digits is the account (default 123456789012); stacks live by account and region.
 * - What fails, is stale, denied, drifted …: see `Behaviour` in fake/options.ts.
 * - It never provisions anything: physical ids and attributes are made up; a template's functions are worked out.
 *
 * That it answers as AWS does is held against ministack in contract.test.ts, where ministack is right.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actions } from './fake/actions.ts';
import { type Cloud, findStack, type Place, type Stack } from './fake/model.ts';
import { serveObject } from './fake/objects.ts';
import { asAws, type Behaviour, type SeededStack } from './fake/options.ts';
import {
  answerXml,
  type Input,
  type Output,
  Refusal,
  readQuery,
  refusalXml,
} from './fake/query.ts';
import { seed } from './fake/seed.ts';
import { Timeline } from './fake/timeline.ts';

export interface FakeOptions extends Partial<Behaviour> {
  /** How many times as fast as AWS. Default 1. */
  readonly speed?: number;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
  /** Stacks that are there, in account 123456789012. */
  readonly stacks?: readonly SeededStack[];
  /** Of the stacks that are there. Default `us-east-1`. */
  readonly region?: string;
}

/** A request as it came. */
export interface FakeRequest {
  /** `CreateChangeSet`, or `S3 PUT`. */
  readonly action: string;
  readonly input: Input;
  /** When it came, by the clock. */
  readonly at: number;
  /** 0 while there is no answer. */
  status: number;
  /** When the answer was sent, by the clock. */
  answeredAt: number;
  /** Of an error. */
  code?: string;
}

export interface FakeCloudFormation {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Oldest first. */
  requests(): readonly FakeRequest[];
  /** Forgets the requests so far. */
  forget(): void;
  behaviour(): Behaviour;
  /** What differs from now on. */
  change(behaviour: Partial<Behaviour>): void;
  /** Lets seconds of the service pass. */
  advance(seconds: number): void;
  /** A stack as it is now, by name or id; gone ones by id. */
  stack(nameOrId: string): Stack | undefined;
  /** All, also gone ones, oldest first. */
  stacks(): readonly Stack[];
  /** What was uploaded, by `bucket/key`. */
  readonly objects: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

const home = '123456789012';

export async function startFakeCloudFormation(
  options: FakeOptions = {},
): Promise<FakeCloudFormation> {
  const { speed = 1, now = Date.now, stacks = [], region = 'us-east-1', ...behaviour } = options;
  const cloud = emptyCloud(new Timeline(now, speed), { ...asAws, ...behaviour });
  for (const one of stacks) seed(cloud, { account: home, region }, one);
  const requests: FakeRequest[] = [];
  const server = createServer((asked, answer) => {
    serve(cloud, requests, asked, answer).catch(() => answer.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const settled = <T>(look: () => T): T => {
    cloud.timeline.settle();
    return look();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => [...requests],
    behaviour: () => cloud.behaviour,
    forget: () => void requests.splice(0),
    change: (changed) =>
      settled(() => Object.assign(cloud, { behaviour: { ...cloud.behaviour, ...changed } })),
    advance: (seconds) => cloud.timeline.advance(seconds),
    stack: (name) => settled(() => findStack(cloud, { account: home, region }, name)),
    stacks: () => settled(() => [...cloud.stacks]),
    objects: cloud.objects,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function emptyCloud(timeline: Timeline, behaviour: Behaviour): Cloud {
  let last = 0;
  return {
    timeline,
    behaviour,
    stacks: [],
    changeSets: [],
    detections: [],
    objects: new Map(),
    tokens: new Set(),
    failed: new Map(),
    next: () => {
      last += 1;
      return last;
    },
  };
}

async function serve(
  cloud: Cloud,
  requests: FakeRequest[],
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const at = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of asked as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const input = isQuery(asked) ? readQuery(body.toString()) : {};
  const action = isQuery(asked) ? String(input.Action ?? '') : `S3 ${asked.method}`;
  const request: FakeRequest = { action, input, at, status: 0, answeredAt: 0 };
  requests.push(request);
  const { latency } = cloud.behaviour;
  if (latency > 0) await new Promise((passed) => setTimeout(passed, latency));
  cloud.timeline.settle();
  const reply = isQuery(asked)
    ? answerQuery(cloud, asked, action, input)
    : serveObject(cloud, asked, body);
  Object.assign(request, { status: reply.status, answeredAt: Date.now() });
  if (reply.code !== undefined) request.code = reply.code;
  answer.writeHead(reply.status, { 'content-type': 'text/xml', ...reply.headers });
  answer.end(asked.method === 'HEAD' ? undefined : reply.body);
}

function isQuery({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && (headers['content-type'] ?? '').includes('x-www-form-urlencoded');
}

/** An answer that is about to be sent. */
export interface Reply {
  readonly status: number;
  readonly body: string | Buffer;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function answerQuery(cloud: Cloud, asked: IncomingMessage, action: string, input: Input): Reply {
  try {
    const place = whoAsks(cloud, asked);
    return { status: 200, body: answerXml(action, act(cloud, place, action, input)) };
  } catch (error) {
    // Anything else is a fault of the fake: said aloud, or a test would only see retries.
    if (!(error instanceof Refusal)) console.error(error);
    const refusal =
      error instanceof Refusal ? error : new Refusal('InternalFailure', String(error), 500);
    return { status: refusal.status, body: refusalXml(refusal), code: refusal.code };
  }
}

function act(cloud: Cloud, place: Place, action: string, input: Input): Output {
  const { denied, broken } = cloud.behaviour;
  const arn = `arn:aws:sts::${place.account}:assumed-role/deploy/run`;
  if (denied.includes(action))
    throw new Refusal(
      'AccessDenied',
      `User: ${arn} is not authorized to perform: cloudformation:${action} on resource: arn:aws:cloudformation:${place.region}:${place.account}:stack/${input.StackName ?? '*'}/* because no identity-based policy allows the cloudformation:${action} action`,
      403,
    );
  if (broken.includes(action))
    throw new Refusal('InternalFailure', `${action} is not implemented`, 500);
  const handler = actions[action];
  if (!handler)
    throw new Refusal('InvalidAction', `Could not find operation ${action} for version 2010-05-15`);
  return handler(cloud, place, input);
}

function whoAsks(cloud: Cloud, { headers }: IncomingMessage): Place {
  const { credentials } = cloud.behaviour;
  if (credentials === 'expired')
    throw new Refusal('ExpiredToken', 'The security token included in the request is expired', 403);
  if (credentials === 'unknown')
    throw new Refusal(
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      403,
    );
  const signed = /Credential=([^/]+)\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '');
  if (!signed)
    throw new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  const [, key = '', region = ''] = signed;
  return { account: /^\d{12}$/.test(key) ? key : home, region };
}
