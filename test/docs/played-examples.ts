import { type Instant, parseInstant } from '../../src/core/time.ts';
import type { Decision } from '../../src/promotion/decision.ts';
import type { PlayedPipeline } from './played-pipeline.ts';

/** Adds a row: at that time this happened, and this is what the run of that time said. */
type Row = (time: string, what: string, happens?: () => void) => Promise<void>;

/** The story of one table in the documentation. */
export interface Example {
  /** The stage whose decisions are shown. */
  readonly stage: string;
  readonly begins: string;
  play(pipeline: PlayedPipeline, row: Row): Promise<void>;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
/** The weeks of the examples begin on Sunday, 22 November 2026. */
const firstDay = 22;

/** `Mon 10:15` of the first week, `next Mon 10:15` of the second. */
export function moment(text: string): Instant {
  const [, next, day, time] = /^(next )?(\w{3}) (\d{2}:\d{2})$/.exec(text) ?? [];
  const index = (days as readonly string[]).indexOf(day ?? '');
  const date = firstDay + index + (next ? 7 : 0);
  const found = parseInstant(`2026-11-${date}T${time}:00Z`);
  if (found === undefined || index < 0) throw new Error(`no time: ${text}`);
  return found;
}

/** One line of a table: time, what happens, decision, reason, `wake-at`. */
export function line(time: string, what: string, { decision, reason, wakeAt }: Decision): string {
  const wake = wakeAt === undefined ? '' : shown(wakeAt);
  return `| ${time} | ${what} | \`${decision}\` | ${reason} | ${wake} |`;
}

function shown(at: Instant): string {
  const date = new Date(at);
  const week = date.getUTCDate() - firstDay >= 7 ? 'next ' : '';
  return `${week}${days[date.getUTCDay()]} ${date.toISOString().slice(11, 16)}`;
}

/** Both stages run `v1`, and `v2` has just come to staging. */
function begin(pipeline: PlayedPipeline): void {
  pipeline.push('v1', 'alice');
  pipeline.see('staging', 'v1');
  pipeline.see('production', 'v1');
}

function arrive(pipeline: PlayedPipeline, version: string): void {
  pipeline.push(version, 'alice');
  pipeline.see('staging', version);
}

/** By the name in the comment above each table. */
export const examples: Readonly<Record<string, Example>> = {
  health: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', 'staging runs `v2` and answers 500', () => {
        pipeline.push('v2');
        pipeline.see('staging', 'v2', 'unhealthy');
      });
      await row('Mon 09:30', 'staging does not answer', () =>
        pipeline.see('staging', 'v2', 'unknown'),
      );
      await row('Mon 10:00', 'staging answers 200', () => pipeline.see('staging', 'v2'));
    },
  },
  soak: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await pipeline.passUntil(moment('Mon 10:00'));
      arrive(pipeline, 'v2');
      await pipeline.run();
      await row('Mon 16:00', '`v2` came to staging at 10:00');
      await row('Mon 18:00', 'staging answers 500', () =>
        pipeline.see('staging', 'v2', 'unhealthy'),
      );
      await row('Mon 19:00', 'staging answers 200 again', () => pipeline.see('staging', 'v2'));
      await row('Tue 03:00', 'staging does not answer', () =>
        pipeline.see('staging', 'v2', 'unknown'),
      );
      await row('Tue 05:00', 'staging answers 200 again', () => pipeline.see('staging', 'v2'));
      await row('Tue 21:30', '');
    },
  },
  window: {
    stage: 'production',
    begins: 'Tue 07:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Tue 07:30', '`v2` is ready', () => arrive(pipeline, 'v2'));
      await row('Tue 08:00', 'it is 09:00 in Berlin');
      await row('Tue 09:00', '`v2` is deployed, `v3` is ready', () => {
        pipeline.deployed('production');
        arrive(pipeline, 'v3');
      });
      await row('Wed 08:00', 'the next window opens');
      await pipeline.passUntil(moment('Wed 08:30'));
      pipeline.deployed('production');
      await row('Wed 16:00', '`v3` was deployed, `v4` is ready; Thursday is denied', () =>
        arrive(pipeline, 'v4'),
      );
      await row('next Mon 08:00', '');
    },
  },
  checks: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', '`v2` is on staging, its `e2e` still runs', () => {
        arrive(pipeline, 'v2');
        pipeline.check('v2', 'e2e', 'pending');
      });
      await row('Mon 09:30', '`e2e` of `v2` fails', () => pipeline.check('v2', 'e2e', 'failure'));
      await row('Mon 11:00', '`v3` is on staging, and its `e2e` has passed', () => {
        arrive(pipeline, 'v3');
        pipeline.check('v3', 'e2e', 'success');
      });
    },
  },
  approval: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      pipeline.person('alice', 'maintain', 'maintainers');
      pipeline.person('bob', 'write', 'maintainers');
      await row('Mon 09:00', '`v2`, made by alice, is on staging', () => arrive(pipeline, 'v2'));
      const approve = { mode: 'approve', stage: 'production', version: 'v2' } as const;
      await row('Mon 09:15', 'alice: `/promote approve production v2`', () => {
        pipeline.say(approve, 'alice', '');
      });
      await row('Mon 09:30', 'bob: `/promote approve production v2`', () => {
        pipeline.say(approve, 'bob', '');
      });
    },
  },
  verification: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', '`v2` is on staging; the run looks, and gets a 500', () => {
        arrive(pipeline, 'v2');
        pipeline.verification = { result: 'failed', evidence: 'it answered 500' };
      });
      await row('Mon 09:15', 'the run looks again, and gets a 200', () => {
        pipeline.verification = { result: 'passed', evidence: 'it answered 200' };
      });
    },
  },
  hold: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', '`/promote hold production for 4h because the database moves`', () => {
        arrive(pipeline, 'v2');
        const until = { at: moment('Mon 13:00') };
        pipeline.say({ mode: 'hold', stage: 'production', until }, 'bob', 'the database moves');
      });
      await row('Mon 13:00', '');
    },
  },
  override: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await pipeline.passUntil(moment('Mon 08:30'));
      arrive(pipeline, 'v2');
      await pipeline.run();
      await row('Mon 09:00', '`v2`, which mends an error, came to staging at 08:30');
      await row(
        'Mon 09:15',
        'bob: `/promote override production v2 soak because orders fail`',
        () => {
          const order = {
            mode: 'override',
            stage: 'production',
            version: 'v2',
            gates: ['soak'],
          } as const;
          pipeline.say(order, 'bob', 'orders fail');
        },
      );
    },
  },
  rollback: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', '`v2` is ready', () => arrive(pipeline, 'v2'));
      await row('Mon 09:15', '`v2` is deployed', () => pipeline.deployed('production'));
      await row('Mon 10:00', 'bob: `/promote rollback production because orders fail`', () => {
        pipeline.say({ mode: 'rollback', stage: 'production' }, 'bob', 'orders fail');
      });
      await row('Mon 10:15', '`v1` is deployed again', () => pipeline.deployed('production'));
      await row('Mon 12:00', '`v3` is ready', () => arrive(pipeline, 'v3'));
      await row('Mon 12:15', 'bob: `/promote release production`', () => {
        pipeline.say({ mode: 'release', stage: 'production' }, 'bob', 'v3 mends it');
      });
    },
  },
  retry: {
    stage: 'production',
    begins: 'Mon 08:00',
    async play(pipeline, row) {
      begin(pipeline);
      await row('Mon 09:00', '`v2` is ready', () => arrive(pipeline, 'v2'));
      const fails = () => pipeline.deployed('production', 'failure', 'the stack rolled back');
      await row('Mon 09:15', 'the deployment fails', fails);
      await row('Mon 09:30', '');
      await row('Mon 09:45', 'it fails again', fails);
      await row('Mon 10:15', 'bob: `/promote release production v2`', () => {
        pipeline.say({ mode: 'release', stage: 'production', version: 'v2' }, 'bob', '');
      });
    },
  },
};
