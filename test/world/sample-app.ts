import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeCluster } from '../cluster/cluster.ts';
import type { KubernetesWorld } from './kubernetes-world.ts';

const server = `import { createServer } from 'node:http';
createServer((request, response) => {
  response.end(JSON.stringify({ path: request.url, env: process.env }));
}).listen(Number(process.env.PORT), '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
`;

/** The image of a small server that says its environment; gives what manifests name. */
export async function pushSampleApplication(cluster: NodeCluster, version = '1'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-sample-'));
  try {
    writeFileSync(join(folder, 'server.mjs'), server);
    return await cluster.pushImage(`shop:${version}`, {
      from: 'node:1',
      contents: { [join(folder, 'server.mjs')]: '/app/server.mjs' },
      command: ['node', '/app/server.mjs'],
      environment: { VERSION: version },
      user: '1000',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Keys of `preview`, of `preview.kubernetes` and of its `app`, besides or in place of the usual ones. */
export interface SampleSettings {
  readonly preview?: object;
  readonly kubernetes?: object;
  readonly app?: object;
}

/** Configuration of the sample. `word` makes its namespaces and hosts other than those of the tests before. */
export function sampleConfiguration(word: string, settings: SampleSettings = {}): string {
  const { preview, kubernetes, app } = settings;
  // JSON is YAML.
  return JSON.stringify({
    preview: {
      host: `${word}-{id}.preview.localhost`,
      // So long it is looked for under its address, before the API server asks.
      probe: { path: '/healthz', within: '3s' },
      kubernetes: {
        namespace: `${word}-pr-{number}`,
        app: {
          image: '{image}',
          port: 3000,
          ingress: { class: 'nginx' },
          ...app,
        },
        ...kubernetes,
      },
      ...preview,
    },
  });
}

/** Variables of the sample that answers at an address; throws when something else does. */
export async function variablesAt(
  { visit }: KubernetesWorld,
  url: string,
  authority?: string,
): Promise<Record<string, string>> {
  const text = await visit(url, authority);
  if (!text.startsWith('{')) throw new Error(`${url} answers ${text}`);
  return JSON.parse(text).env;
}
