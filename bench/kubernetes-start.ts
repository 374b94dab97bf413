import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../test/world/world.ts';
import {
  bare,
  environmentOf,
  type Host,
  interleaved,
  listen,
  type Start,
  toEnd,
  toFirstRequest,
} from './cold-start.ts';
import { peerFolder, peerName } from './kubernetes-peer.ts';
import type { Section } from './section.ts';
import { startSection } from './start-section.ts';

const configuration = JSON.stringify({
  preview: { kubernetes: { namespace: 'bench-pr-{number}', manifests: ['deploy'] } },
});

/** How long it takes until a deployer of manifests asks for something. */
export async function kubernetesStart(rounds: number): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const host = await listen();
  try {
    const environment = await environmentOf(folder, host.url, configuration);
    const KUBECONFIG = join(folder, 'kubeconfig');
    writeFileSync(KUBECONFIG, kubeconfigAt(host.url));
    const starts = startsOf({ ...environment, KUBECONFIG }, host, folder);
    const words = [
      'The first request of deploy-preview goes to GitHub. The peer is on its way',
      'to its first kubectl, which it does not find: it runs to its first error.',
    ];
    const times = await interleaved(starts, rounds);
    return startSection('Cold start with Kubernetes', words, { starts, times, rounds });
  } finally {
    host.server.closeAllConnections();
    host.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function kubeconfigAt(server: string): string {
  return JSON.stringify({
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: { token: 'bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  });
}

function startsOf(env: Record<string, string>, host: Host, folder: string): readonly Start[] {
  const checkout = { ...env, GITHUB_WORKSPACE: join(folder, 'checkout') };
  const deploy = join(projectRoot, 'dist/deploy-preview/index.js');
  return [
    { name: bare, run: () => toEnd(['-e', '0'], env) },
    {
      name: 'deploy-preview, configuration checked out, to its first request',
      limit: 90,
      run: () => toFirstRequest(deploy, checkout, host),
    },
    unitStart('the Kubernetes unit alone, loaded', ['target.js'], env),
    unitStart('with that of manifests', ['target.js', 'manifests/open.js'], env),
    ...peerStarts(checkout),
  ];
}

function unitStart(name: string, units: readonly string[], env: Record<string, string>): Start {
  const folder = join(projectRoot, 'dist/targets/kubernetes');
  const lines = units.map((unit) => `await import('${pathToFileURL(join(folder, unit)).href}');`);
  const program = ['--input-type=module', '-e', lines.join('')];
  return { name, limit: 90, run: () => toEnd(program, env) };
}

function peerStarts(env: Record<string, string>): readonly Start[] {
  const folder = peerFolder();
  if (folder === undefined) return [];
  const inputs = {
    ...{ INPUT_ACTION: 'deploy', INPUT_STRATEGY: 'basic', INPUT_MANIFESTS: 'deploy' },
    ...{ INPUT_TOKEN: 'bench', INPUT_NAMESPACE: 'bench', PATH: '' },
  };
  const file = join(folder, 'lib/index.js');
  const run = () => toEnd([file], { ...env, ...inputs }, 1);
  return [{ name: `${peerName}, to its first error`, run }];
}
