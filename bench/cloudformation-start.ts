import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../test/world/world.ts';
import { peerFolder, peerName } from './cloudformation-peer.ts';
import { variables } from './cloudformation-runs.ts';
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
import type { Section } from './section.ts';
import { startSection } from './start-section.ts';

const configuration = `preview:
  target: cloudformation
  cloudformation: { template: infra/preview.yaml, region: us-east-1, url: output:Url }
`;

/** How long it takes until a deployer of stacks asks for something. */
export async function cloudFormationStart(rounds: number): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const host = await listen();
  try {
    const environment = await environmentOf(folder, host.url, configuration);
    const starts = startsOf({ ...environment, ...variables(host) }, host, folder);
    const words = [
      'The first request of deploy-preview goes to GitHub, that of the peer to AWS;',
      'when deploy-preview first asks AWS, with what it asks GitHub before, is in "Deploying a stack".',
    ];
    const times = await interleaved(starts, rounds);
    return startSection('Cold start with CloudFormation', words, { starts, times, rounds });
  } finally {
    host.server.closeAllConnections();
    host.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startsOf(env: Record<string, string>, host: Host, folder: string): readonly Start[] {
  const checkout = { ...env, GITHUB_WORKSPACE: join(folder, 'checkout') };
  const unit = pathToFileURL(join(projectRoot, 'dist/targets/cloudformation/target.js')).href;
  const deploy = join(projectRoot, 'dist/deploy-preview/index.js');
  const peer = peerFolder();
  return [
    { name: bare, run: () => toEnd(['-e', '0'], env) },
    {
      name: 'deploy-preview, configuration checked out, to its first request',
      limit: 80,
      run: () => toFirstRequest(deploy, checkout, host),
    },
    {
      name: 'the CloudFormation unit alone, loaded',
      limit: 80,
      run: () => toEnd(['--input-type=module', '-e', `await import('${unit}')`], env),
    },
    ...(peer ? [peerStart(peer, checkout, host)] : []),
  ];
}

/** Beginning with the same stack as the other measurements. */
function peerStart(folder: string, env: Record<string, string>, host: Host): Start {
  const inputs = {
    INPUT_MODE: 'create-and-execute',
    INPUT_NAME: 'preview',
    INPUT_TEMPLATE: 'app.json',
    INPUT_CAPABILITIES: 'CAPABILITY_IAM',
    'INPUT_NO-EXECUTE-CHANGESET': 'false',
    'INPUT_NO-DELETE-FAILED-CHANGESET': 'false',
    'INPUT_FAIL-ON-EMPTY-CHANGESET': 'false',
    'INPUT_DISABLE-ROLLBACK': 'false',
    'INPUT_TERMINATION-PROTECTION': 'false',
    'INPUT_INCLUDE-NESTED-STACKS-CHANGE-SET': '0',
  };
  const file = join(folder, 'dist/index.js');
  const run = () => toFirstRequest(file, { ...env, ...inputs }, host);
  return { name: `${peerName}, to its first request`, run };
}
