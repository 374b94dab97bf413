import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DescribeEventsCommand,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { type Cloud, connectCloud } from '../../../../src/targets/cloudformation/connect/cloud.ts';
import { retryWith } from '../../../../src/targets/cloudformation/connect/retrying.ts';
import { pauseFor } from '../../../../src/targets/pause.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'the-secret-key' };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answer = (asked: IncomingMessage, answer: ServerResponse, count: number) => void;

/** A server that answers as told, and a connection to it whose waiting takes no time. */
async function served(answers: Answer, environment: Record<string, string> = {}) {
  const seen: IncomingMessage[] = [];
  const server: Server = createServer((asked, answer) => {
    seen.push(asked);
    asked.resume().on('end', () => answers(asked, answer, seen.length));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cloud = connect({ AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', ...environment });
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return { cloud, seen, url };
}

function connect(environment: Record<string, string>): Cloud {
  const cloud = connectCloud({ environment: { ...keys, ...environment } });
  retryWith(cloud, { random: () => 0, pause: (_, signal) => pauseFor(1, signal) });
  closing.push(() => cloud.destroy());
  return cloud;
}

function refuse(answer: ServerResponse, status: number, code: string, message = 'no'): void {
  answer.writeHead(status, { 'content-type': 'text/xml' });
  answer.end(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
}

function listed(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'text/xml' });
  answer.end(
    '<ListStacksResponse><ListStacksResult><StackSummaries/></ListStacksResult></ListStacksResponse>',
  );
}

const list = (cloud: Cloud, signal?: AbortSignal) =>
  cloud.send(new ListStacksCommand({}), signal ? { abortSignal: signal } : {});

describe('a connection to CloudFormation', () => {
  test('goes to the endpoint and region of the environment, signed with its keys', async () => {
    const { cloud, seen } = await served((_, answer) => listed(answer), {
      AWS_SESSION_TOKEN: 'tok',
    });
    await list(cloud);
    expect(seen[0]?.headers.authorization).toMatch(
      /Credential=AKIATEST\/\d{8}\/eu-west-1\/cloudformation\//,
    );
    expect(seen[0]?.headers['x-amz-security-token']).toBe('tok');
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('the-secret-key');
  });

  test('prefers the region it is given, and the endpoint of the service', async () => {
    const { url, seen } = await served((_, answer) => listed(answer));
    const environment = {
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
    };
    const cloud = connectCloud({ region: 'us-west-2', environment });
    closing.push(() => cloud.destroy());
    await list(cloud);
    expect(seen[0]?.headers.authorization).toContain('/us-west-2/cloudformation/');
  });

  test('keeps its connection from one request to the next', async () => {
    const { cloud, seen } = await served((_, answer) => listed(answer));
    await list(cloud);
    await list(cloud);
    expect(seen[1]?.socket).toBe(seen[0]?.socket);
  });

  test.each(['', 'eu west 1'])(
    'with “%s” for a region the first request says where to name one',
    async (region) => {
      const before = process.env.AWS_REGION;
      process.env.AWS_REGION = region;
      closing.push(() => {
        if (before === undefined) delete process.env.AWS_REGION;
        else process.env.AWS_REGION = before;
      });
      const cloud = connect({ AWS_REGION: region });
      const cause: unknown = await list(cloud).catch((error: unknown) => error);
      expect(cause).toBeInstanceOf(UserError);
      const [problem] = (cause as UserError).problems;
      expect(problem?.hint).toContain('preview: { cloudformation: { region:');
    },
  );
});

describe('requests that fail', () => {
  test('are asked again while AWS throttles, however often', async () => {
    const { cloud, seen } = await served((_, answer, count) =>
      count <= 60 ? refuse(answer, 400, 'Throttling', 'Rate exceeded') : listed(answer),
    );
    await list(cloud, new AbortController().signal);
    expect(seen).toHaveLength(61);
  });

  test('throttling without a way to end it is given up after twenty', async () => {
    const { cloud, seen } = await served((_, answer) => refuse(answer, 400, 'Throttling'));
    await expect(list(cloud)).rejects.toMatchObject({ name: 'Throttling' });
    expect(seen).toHaveLength(20);
  });

  test('each try is signed anew', async () => {
    const { cloud, seen } = await served((_, answer, count) =>
      count === 1 ? refuse(answer, 503, 'ServiceUnavailable') : listed(answer),
    );
    await list(cloud);
    expect(seen).toHaveLength(2);
    for (const { headers } of seen) expect(headers.authorization).toContain('Signature=');
  });

  test('a quota that is reached is no throttling: it is asked once', async () => {
    const { cloud, seen } = await served((_, answer) =>
      refuse(answer, 400, 'LimitExceededException'),
    );
    await expect(list(cloud)).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect(seen).toHaveLength(1);
  });

  test('a call that is dispensable is given up after the second try', async () => {
    const { cloud, seen } = await served((_, answer) => refuse(answer, 500, 'InternalFailure'));
    await expect(cloud.send(new DescribeEventsCommand({ StackName: 'a' }))).rejects.toThrow();
    expect(seen).toHaveLength(2);
    await expect(cloud.send(new DescribeStacksCommand({}))).rejects.toThrow();
    expect(seen).toHaveLength(10);
  });

  test('an abort ends a request under way and says why', async () => {
    const { cloud } = await served(() => {});
    const cancel = new AbortController();
    const asked = list(cloud, cancel.signal);
    setTimeout(() => cancel.abort(new Error('the run was cancelled')), 20);
    await expect(asked).rejects.toThrow('the run was cancelled');
  });
});
