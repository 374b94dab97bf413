// Measures what users feel, beside what was measured of peers: `npm run bench [-- --quick] [-- --json FILE]`.
// Node 24 runs it as it is. Exits 1 only when a measurement broke; a figure over its limit is a finding.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { deploying, sweeping } from './cloudformation.ts';
import { cloudFormationStart } from './cloudformation-start.ts';
import { coldStart } from './cold-start.ts';
import { kubernetes } from './kubernetes.ts';
import { kubernetesStart } from './kubernetes-start.ts';
import { soak, wallTimes } from './local.ts';
import { promotion } from './promotion.ts';
import { requests } from './requests.ts';
import type { Section } from './section.ts';
import { sizes } from './sizes.ts';
import { rounded } from './table.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});

/** In this order, the quietest first: endurance heats the machine up. */
const measurements: readonly (() => Promise<Section | undefined> | Section)[] = [
  () => coldStart(values.quick ? 11 : 31),
  () => cloudFormationStart(values.quick ? 11 : 31),
  () => kubernetesStart(values.quick ? 11 : 31),
  () => promotion(values.quick ? 11 : 31),
  sizes,
  requests,
  sweeping,
  kubernetes,
  () => deploying(values.quick),
  () => wallTimes(values.quick ? 3 : 7),
  ...(values.quick ? [] : [soak]),
];

const before = load();
say(`# Measurements\n\n${machine()}\n\n${noise(before)}`);
const found: Section[] = [];
for (const measure of measurements) {
  try {
    const section = await measure();
    if (!section) continue;
    found.push(section);
    say(`\n## ${section.title}\n\n${section.text}`);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`a measurement broke: ${(error as Error).stack}\n`);
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(report(), null, 2)}\n`);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function report() {
  const sections = Object.fromEntries(found.map(({ title, figures }) => [title, figures]));
  return { node: process.version, load: { before, after: load() }, sections };
}

function machine(): string {
  return `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}.`;
}

function load(): number {
  return rounded(loadavg()[0] ?? 0);
}

/** Times taken on a busy machine say little. */
function noise(average: number): string {
  const busy = average > availableParallelism() / 4;
  return busy
    ? `**The machine was busy** (load average ${average} at the start): times are too long, ratios still say something.`
    : `The machine was quiet (load average ${average} at the start).`;
}
