import { after, duration, type Instant } from '../../src/core/time.ts';
import type { Order } from '../../src/promotion/pipeline.ts';
import type { PipelineSettings } from '../../src/promotion/settings.ts';
import { moment } from './played-examples.ts';
import { PlayedPipeline } from './played-pipeline.ts';

const orders: readonly Order[] = ['newest', 'queue', 'finish-first', 'pairwise'];
const minute = 60_000;
const half = duration(30 * minute);
/** How long a deployment takes. */
const lengths: Readonly<Record<string, number>> = { staging: 45 * minute, production: 30 * minute };

/** For each order, what each stage takes of six versions that are made half an hour apart. */
export async function playOrders(settings: PipelineSettings): Promise<string[]> {
  const rows: string[] = [];
  for (const order of orders) {
    const pipeline = { ...settings.pipeline, order };
    const taken = await playDay(new PlayedPipeline({ ...settings, pipeline }, moment('Mon 08:45')));
    const cells = ['staging', 'production'].map((stage) =>
      taken.filter((each) => each.stage === stage).map(({ version }) => `\`${version}\``),
    );
    rows.push(`| \`${order}\` | ${cells.map((each) => each.join(', ')).join(' | ')} |`);
  }
  return rows;
}

interface Taken {
  readonly stage: string;
  readonly version: string;
  readonly until: Instant;
}

async function playDay(pipeline: PlayedPipeline): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  const open = new Set<Taken>();
  let next = moment('Mon 09:00');
  let made = 0;
  while (pipeline.now < moment('Tue 06:00')) {
    await pipeline.passUntil(after(pipeline.now, duration(15 * minute)));
    if (pipeline.now >= next && made < 6) {
      made += 1;
      pipeline.push(`v${made}`);
      next = after(next, half);
    }
    for (const each of open) {
      if (each.until > pipeline.now) continue;
      pipeline.deployed(each.stage);
      open.delete(each);
    }
    for (const { stage, decision, version = '' } of await pipeline.run()) {
      if (decision !== 'promote') continue;
      const until = after(pipeline.now, duration(lengths[stage] ?? 0));
      const one = { stage, version, until };
      taken.push(one);
      open.add(one);
    }
  }
  return taken;
}
