import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runStep } from '../src/lab/step/run-step.ts';
import type { StepResult } from '../src/lab/step/step.ts';
import { kubeProgram } from '../test/cluster/kube-program.ts';
import { inWorld, repository, type Trigger } from '../test/world/world.ts';
import type { BenchCluster } from './kubernetes-cluster.ts';
import { manifestsOf } from './kubernetes-manifests.ts';

/** One run of an action against the API server. */
export interface Run {
  readonly exit: number;
  /** Milliseconds from start to exit. */
  readonly wall: number;
  /** Milliseconds from the last write of a Deployment until all are available. */
  readonly cluster: number;
  /** Each request to the API server, with its second. */
  readonly asked: readonly string[];
  /** Programs that were begun as child processes. */
  readonly processes: readonly string[];
  /** What it says of a failure. */
  readonly error: string;
}

/** A deployer with a namespace of its own, named by a word, which deploys what manifests say again and again. */
export interface Deployer {
  /** With the same label nothing changes. */
  deploy(applications: number, label: string): Promise<Run>;
}

/** Plays with deploy-preview; GitHub is the stand-in, and a proxy of HTTP answers as the preview. */
export async function withUs(
  bench: BenchCluster,
  word: string,
  play: (us: Deployer) => Promise<void>,
): Promise<void> {
  const application = createServer((_request, response) => response.end('preview'));
  await new Promise<void>((ready) => application.listen(0, '127.0.0.1', ready));
  const { port } = application.address() as AddressInfo;
  const environment = {
    KUBECONFIG: bench.kubeconfigs.deployer,
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    NO_PROXY: '127.0.0.1,localhost',
  };
  const configuration = configurationOf(word);
  await inWorld({ gateway: false, configuration }, async (world) => {
    let known: { readonly text: string; readonly event: Trigger } | undefined;
    const eventOf = async (branch: string, text: string): Promise<Trigger> => {
      const files = { 'deploy/app.yaml': text };
      if (known) return world.update(branch, files);
      await world.push(branch, files);
      return world.openPull(branch);
    };
    const deploy = async (applications: number, label: string) => {
      const text = manifestsOf(applications, label);
      if (known?.text !== text) known = { text, event: await eventOf('feature/lamp', text) };
      const { event } = known;
      return measured(bench, `${word}-pr-1`, (env) =>
        world.step(event, { action: 'deploy-preview', env: { ...environment, ...env } }),
      );
    };
    await play({ deploy });
  });
  application.close();
  // Nobody's from here on: another world has a pull request of the same number.
  const ours = '--selector=app.kubernetes.io/managed-by=understudy';
  await bench.cluster.kubectl(['label', 'namespace', ours, 'app.kubernetes.io/managed-by-']);
}

function configurationOf(word: string): string {
  return JSON.stringify({
    preview: {
      host: '{id}.preview.example.com',
      probe: { path: '/', within: '10s' },
      kubernetes: { namespace: `${word}-pr-{number}`, manifests: ['deploy'] },
    },
  });
}

/** Plays with the peer, as its README has it used; its namespace is made beforehand, as it asks for. */
export async function withPeer(
  folder: string,
  bench: BenchCluster,
  word: string,
  play: (peer: Deployer) => Promise<void>,
): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'bench-peer-'));
  const namespace = `${word}-peer`;
  await bench.cluster.kubectl(['create', 'namespace', namespace]);
  const path = join(place, 'bin');
  writeKubectl(path);
  await inWorld({ gateway: false }, async (world) => {
    const deploy = async (applications: number, label: string) => {
      const workspace = join(place, 'checkout');
      mkdirSync(join(workspace, 'deploy'), { recursive: true });
      writeFileSync(join(workspace, 'deploy/app.yaml'), manifestsOf(applications, label));
      // A machine that has not seen the cluster, as each job has.
      const home = mkdtempSync(join(place, 'home-'));
      const variables = {
        KUBECONFIG: bench.kubeconfigs.admin,
        HOME: home,
        PATH: `${path}${delimiter}${process.env.PATH ?? ''}`,
      };
      return measured(bench, namespace, (env) =>
        runStep({
          root: folder,
          action: 'understudy',
          ...{ event: 'push', payload: {}, sha: '0'.repeat(40), repository, workspace },
          url: world.github.url,
          token: world.github.token,
          inputs: { action: 'deploy', strategy: 'basic', manifests: 'deploy', namespace },
          env: { ...variables, ...env },
        }),
      );
    };
    await play({ deploy });
  });
  rmSync(place, { recursive: true, force: true });
}

function writeKubectl(folder: string): void {
  mkdirSync(folder);
  const script = `#!/bin/sh\nexec '${kubeProgram()}' kubectl "$@"\n`;
  writeFileSync(join(folder, 'kubectl'), script, { mode: 0o755 });
}

async function measured(
  bench: BenchCluster,
  namespace: string,
  step: (env: Readonly<Record<string, string>>) => Promise<StepResult>,
): Promise<Run> {
  const notes = mkdtempSync(join(tmpdir(), 'bench-children-'));
  const children = join(notes, 'children');
  const preload = new URL('count-children.mjs', import.meta.url).href;
  bench.asked.length = 0;
  const start = Date.now();
  const { exit, log, wallMs, annotations } = await step({
    NODE_OPTIONS: `--import=${preload}`,
    BENCH_CHILDREN: children,
  });
  const asked = [...bench.asked];
  const processes = existsSync(children) ? readFileSync(children, 'utf8').trim().split('\n') : [];
  rmSync(notes, { recursive: true });
  const error = annotations.find(({ level }) => level === 'error')?.message ?? '';
  return {
    exit,
    wall: wallMs,
    cluster: clusterTime(bench, namespace, start),
    asked: asked.map(
      ({ at, method, path }) => `${((at - start) / 1000).toFixed(2)} ${method} ${path}`,
    ),
    processes,
    error: exit === 0 ? '' : error || log.slice(-500),
  };
}

/** From the last write until all that it concerns runs. */
function clusterTime({ asked, available }: BenchCluster, namespace: string, start: number): number {
  const writes = asked.filter(
    ({ method, path }) =>
      ['POST', 'PATCH'].includes(method) &&
      /\/deployments\b/.test(path) &&
      !path.includes('dryRun'),
  );
  const own = [...available].filter(([key]) => key.startsWith(`${namespace}/`));
  const ended = Math.max(0, ...own.map(([, at]) => at));
  const last = Math.max(0, ...writes.filter(({ at }) => at < ended).map(({ at }) => at));
  return last > start && ended > last ? ended - last : 0;
}
