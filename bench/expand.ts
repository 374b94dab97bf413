import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { previewId } from '../src/preview/preview-id.ts';
import { readSharedTemplate } from '../src/targets/cloudformation/expand/render/shared-template.ts';
import type {
  RenderedPreview,
  SharedTemplate,
} from '../src/targets/cloudformation/expand/shared-state.ts';
import type { ExpandSettings } from '../src/targets/cloudformation/settings.ts';
import { median, table } from './table.ts';

const sizes = [1000, 1, 2, 10, 50, 100];
const warmUps = 10;
const runs = 15;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const template = templateFor(process.env.KAYRON_TEMPLATE);
const results = sizes.map((n) => measure(template, n));
process.stdout.write(
  values.json
    ? results.map((result) => `${JSON.stringify(result)}\n`).join('')
    : `${table(
        ['previews', 'median ms', 'ms per preview', 'bytes'],
        results.map(({ n, bytes, ...times }) => [
          n,
          times['median-ms'],
          times['per-preview-ms'],
          bytes,
        ]),
      )}\n`,
);

/** The template of that path, or one of the same shape: five resources are cloned, one of them a listener rule. */
function templateFor(path: string | undefined): SharedTemplate {
  const own = join(import.meta.dirname, '../test/targets/cloudformation/expand/fixtures/shop.yaml');
  const text = readFileSync(path || own, 'utf8');
  const settings: ExpandSettings = {
    stack: 'testing',
    resources: ['Service', 'TaskDefinition', 'DomainRecord', 'TargetGroup', 'ListenerRule'],
    domain: `{id}.lite.\${Environment}.splits.org`,
    image: '{sha}',
    priorities: { from: 12_001, to: 50_000 },
    requireImage: 'none',
    outputs: [],
    attempts: 3,
  };
  return readSharedTemplate(text, path || own, [{ service: 'lite', settings }]);
}

/** Whole renderings, from the set of previews to the bytes that are sent; the template is read once before. */
function measure(shared: SharedTemplate, n: number) {
  const base = shared.rules[0]?.priority ?? 0;
  const previews = Array.from({ length: n }, (_, index) => preview(index, base + 1 + index));
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < warmUps + runs; run += 1) {
    const start = performance.now();
    bytes = Buffer.from(shared.render({ previews, held: [] })).byteLength;
    if (run >= warmUps) times.push(performance.now() - start);
  }
  const time = median(times);
  return { n, 'median-ms': round(time), 'per-preview-ms': round(time / n), runs, bytes };
}

function preview(index: number, priority: number): RenderedPreview {
  const id = previewId({
    scheme: 'branch-hash',
    branch: `feature/ticket-${index}`,
    pullRequest: undefined,
    length: 8,
  });
  const commit = index.toString(16).padStart(40, '0');
  return {
    service: 'lite',
    id,
    repository: 'acme/lite',
    pullRequest: index + 1,
    commit,
    fingerprint: commit.slice(0, 16),
    requested: false,
    createdAt: '2026-01-01T00:00:00Z',
    priorities: [priority],
    values: { id, ID: id.toUpperCase(), sha: commit },
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
