import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { type FaultProxy, startFaultProxy } from '../aws/fault-proxy.ts';
import { type Ministack, startMinistack } from '../aws/ministack.ts';
import { Traffic } from './traffic.ts';
import type { StepSettings, Trigger, World, WorldOptions } from './world.ts';

/** A region of AWS for one test: its own account, a proxy that counts and breaks requests, and what previews serve. */
export interface AwsWorld {
  readonly world: World;
  readonly proxy: FaultProxy;
  /** Past the proxy. */
  readonly client: CloudFormationClient;
  readonly env: Readonly<Record<string, string>>;
  /** Where the services of previews answer, as a test wants. */
  readonly application: { readonly port: number; status: number };
  step(trigger: Trigger, settings?: StepSettings): ReturnType<World['step']>;
  stacks(): Promise<Stack[]>;
}

let accounts = 0;

/** One emulator for a file of tests; worlds in it are apart by account. */
export async function openAws(options: { auth?: boolean } = {}) {
  const ministack: Ministack = await startMinistack(options);
  const traffic = new Traffic();
  return {
    traffic,
    url: ministack.url,
    close: () => ministack.close(),
    inAws: (given: WorldOptions, play: (aws: AwsWorld) => Promise<void>) =>
      traffic.inWorld({ gateway: false, ...given }, async (world) => {
        const proxy = await startFaultProxy(ministack.url);
        const { server, application } = await openApplication();
        try {
          await play(awsWorld(world, proxy, ministack.url, application));
        } finally {
          await proxy.close();
          server.close();
        }
      }),
  };
}

function awsWorld(
  world: World,
  proxy: FaultProxy,
  url: string,
  application: AwsWorld['application'],
): AwsWorld {
  accounts += 1;
  const account = String(100_000_000_000 + process.pid * 1000 + accounts);
  const env = {
    AWS_ENDPOINT_URL: proxy.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  const client = new CloudFormationClient({ endpoint: url, region: 'eu-west-1', credentials });
  return {
    world,
    proxy,
    client,
    env,
    application,
    step: (trigger, settings = {}) =>
      world.step(trigger, { ...settings, env: { ...env, ...settings.env } }),
    stacks: async () => (await client.send(new DescribeStacksCommand({}))).Stacks ?? [],
  };
}

async function openApplication() {
  const application = { port: 0, status: 200 };
  const server: Server = createServer((_request, response) => {
    response.writeHead(application.status).end('preview');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  application.port = (server.address() as AddressInfo).port;
  return { server, application };
}
