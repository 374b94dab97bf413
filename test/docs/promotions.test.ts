import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../src/config/parse.ts';
import { examples, line, moment } from './played-examples.ts';
import { playOrders } from './played-orders.ts';
import { PlayedPipeline } from './played-pipeline.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/promotions.md', root), 'utf8');
const marked = /^<!-- played: ([a-z]+) -->\n\n((?:\|.*\n)+)/gm;

/** Each marked table of the page, with the configuration that stands last before it. */
const tables = [...page.matchAll(marked)].map(([, name = '', table = ''], index, all) => {
  const before = page.slice(0, all[index]?.index);
  const blocks = [...before.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const configuration = blocks.findLast((text) => /^pipelines:/m.test(text)) ?? '';
  const rows = table.trimEnd().split('\n').slice(2);
  return { name, configuration, rows };
});

async function play(name: string, configuration: string): Promise<string[]> {
  const example = examples[name];
  const [settings] = Object.values(parseConfiguration(configuration, 'docs').pipelines);
  if (settings && name === 'orders') return playOrders(settings);
  if (!example || !settings) throw new Error(`there is no example ${name}`);
  const pipeline = new PlayedPipeline(settings, moment(example.begins));
  const rows: string[] = [];
  await example.play(pipeline, async (time, what, happens = () => undefined) => {
    await pipeline.passUntil(moment(time));
    happens();
    const decisions = await pipeline.run();
    const mine = decisions.find(({ stage }) => stage === example.stage);
    if (mine) rows.push(line(time, what, mine));
  });
  return rows;
}

describe('the stories that the page tells are what the code decides', () => {
  test.each(tables)('$name', async ({ name, configuration, rows }) => {
    expect(rows).toEqual(await play(name, configuration));
  });

  test('each is told', () => {
    expect(tables.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(examples), 'orders'].sort(),
    );
  });
});
