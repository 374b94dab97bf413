import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inWorld, type Trigger, type World } from '../test/world/world.ts';
import type { Section } from './section.ts';
import { median, rounded, table } from './table.ts';

/** Wall time of the root action on this machine, from its start to its end, healthy application included. */
export async function wallTimes(rounds: number): Promise<Section> {
  const times: Record<'deploy' | 'update' | 'unchanged' | 'teardown', number[]> = {
    deploy: [],
    update: [],
    unchanged: [],
    teardown: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    await inWorld({}, async (world) => {
      times.deploy.push(await wall(world, await world.pullRequest('one')));
      const pushed = await world.update('one', { greeting: 'again' });
      times.update.push(await wall(world, pushed));
      times.unchanged.push(await wall(world, pushed));
      times.teardown.push(await wall(world, await world.closePull(1)));
    });
  }
  const rows = Object.entries(times).map(([what, all]) => [
    what,
    rounded(median(all)),
    rounded(Math.min(...all)),
    rounded(Math.max(...all)),
  ]);
  const text = [
    `${rounds} rounds. The application is a small Node server that starts in some 50 ms.`,
    '',
    table(['run of the root action', 'median ms', 'least ms', 'most ms'], rows),
  ];
  return { title: 'Wall time on the local target', text: text.join('\n'), figures: times };
}

async function wall(world: World, trigger: Trigger): Promise<number> {
  const { exit, wallMs, log } = await world.step(trigger);
  if (exit !== 0) throw new Error(`a run failed: ${log}`);
  return wallMs;
}

const soakProgram = fileURLToPath(new URL('../test/targets/local/soak.ts', import.meta.url));

/** Fifty previews at once, and five hundred deploys and teardowns; `undefined` where that program is not there. */
export async function soak(): Promise<Section | undefined> {
  if (!existsSync(soakProgram)) return undefined;
  const figures = await soakFigures();
  const rows = [
    ['previews live at once', `${figures.live} of ${figures.previews}`],
    ['started in, ms', figures.crowdMs],
    ['cycles of deploy and teardown', figures.cycles],
    ['cycles that went wrong', figures.wrong],
    ['all cycles took, ms', figures.cyclesMs],
    ['one deploy among them, median ms', figures.deployMs.median],
    ['request through the gateway, median ms', figures.requestMs.median],
    ['leaks (processes, ports, worktrees, files)', figures.leaks.length],
    ...figures.leaks.map((leak) => ['leak', leak]),
  ];
  return { title: 'Endurance', text: table(['figure', 'value'], rows), figures };
}

interface SoakFigures {
  readonly previews: number;
  readonly live: number;
  readonly crowdMs: number;
  readonly cycles: number;
  readonly cyclesMs: number;
  readonly wrong: number;
  readonly deployMs: { readonly median: number };
  readonly requestMs: { readonly median: number };
  readonly leaks: readonly string[];
}

/** It ends with 1 when something leaked; that is a finding, not a broken measurement. */
function soakFigures(): Promise<SoakFigures> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [soakProgram], (_error, output, words) => {
      const line = output.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line));
      else reject(new Error(`the soak ended without figures: ${words}`));
    });
  });
}
