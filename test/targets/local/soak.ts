// Many previews, for a long time: `node test/targets/local/soak.ts --previews 50 --cycles 500`.
// Prints one JSON line of figures; exits 1 when anything is left behind.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ListedService } from '../../../src/targets/local/protocol.ts';
import type { DesiredPreview } from '../../../src/targets/target.ts';
import { desired, get, listens, only, service, spawnGateway, Workshop } from './workshop.ts';

const { values } = parseArgs({
  options: {
    previews: { type: 'string', default: '50' },
    cycles: { type: 'string', default: '500' },
    parallel: { type: 'string', default: '4' },
  },
});
const previews = Number(values.previews);
const cycles = Number(values.cycles);

const tiny = {
  'tiny.cjs':
    "require('node:http').createServer((q, s) => s.end('ok')).listen(process.env.PORT, '127.0.0.1');",
};

const shop = new Workshop();
const gateway = spawnGateway(['--port', '0', '--state', shop.state]);
try {
  const figures = await soak();
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  process.exitCode = figures.leaks.length === 0 && figures.wrong === 0 ? 0 : 1;
} finally {
  gateway.child.kill('SIGTERM');
  await gateway.exit;
  await shop.close();
}

async function soak() {
  const { port, pid } = await gateway.ready;
  const commits = ['a', 'b', 'c', 'd', 'e'].map((version) => shop.commit(version, tiny));
  const commitOf = (number: number) => commits[number % commits.length] ?? '';
  const target = shop.target();
  const watch = shop.watch({ progress: () => undefined });
  const base = residentOf(pid);

  const crowd = numbers(previews).map((number) => preview(`live${number}`, commitOf(number)));
  const startedCrowd = Date.now();
  await inParallel(crowd, (one) => target.deploy(only(one), watch));
  const crowdMs = Date.now() - startedCrowd;
  const answers = await Promise.all(crowd.map((one) => get(port, hostOf(one))));
  const live = answers.filter(({ status }) => status === 200).length;
  const latencies = await measure(() => get(port, hostOf(crowd[0] as DesiredPreview)));
  const [descriptors, resident] = [descriptorsOf(pid), residentOf(pid)];
  const usedPorts = (await target.observe('acme/shop')).flatMap(({ services }) =>
    services.flatMap((one) => (one as ListedService).port ?? []),
  );
  await inParallel(crowd, (one) => target.destroy(one, watch));

  let wrong = 0;
  const before = { descriptors: descriptorsOf(pid), resident: residentOf(pid) };
  const startedCycles = Date.now();
  const times: number[] = [];
  await inParallel(numbers(cycles), async (number) => {
    const one = preview(`cycle${number}`, commitOf(number));
    const start = Date.now();
    const result = await target.deploy(only(one), watch);
    times.push(Date.now() - start);
    const { body } = await get(port, hostOf(one));
    const left = await target.destroy(one, watch);
    if (result.kind !== 'ready' || !body.startsWith('ok') || left.length > 0) wrong += 1;
  });
  const after = { descriptors: descriptorsOf(pid), resident: residentOf(pid) };
  const ports = await Promise.all(usedPorts.map(listens));
  const growth = after.descriptors - before.descriptors;
  return {
    node: process.version,
    ...{ previews, live, crowdMs, cycles, wrong },
    cyclesMs: Date.now() - startedCycles,
    deployMs: { median: percentile(times, 0.5), p95: percentile(times, 0.95) },
    requestMs: { median: percentile(latencies, 0.5), p95: percentile(latencies, 0.95) },
    gateway: {
      residentMb: {
        idle: base,
        crowd: resident,
        afterCrowd: before.resident,
        after: after.resident,
      },
      descriptors: { crowd: descriptors, before: before.descriptors, after: after.descriptors },
    },
    leaks: [
      ...shop.remains(),
      ...ports.filter(Boolean).map(() => 'a port'),
      ...(growth > 5 ? [`${growth} descriptors`] : []),
      ...strays(),
    ],
  };
}

function preview(previewId: string, commit: string): DesiredPreview {
  const host = `${previewId}.localhost`;
  const services = [service('web', { run: 'exec node tiny.cjs' }, host, 60_000)];
  return desired(commit, {}, { previewId, services });
}

function hostOf({ services }: DesiredPreview): string {
  return services[0]?.host ?? '';
}

async function inParallel<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(numbers(Number(values.parallel)).map(worker));
}

async function measure(act: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < 200; count += 1) {
    const start = performance.now();
    await act();
    times.push(performance.now() - start);
  }
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function residentOf(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) !== '';
    } catch {
      return false;
    }
  }).length;
}

/** Processes of the tiny app, wherever they are now. */
function strays(): readonly string[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes('node tiny.cjs'));
}
