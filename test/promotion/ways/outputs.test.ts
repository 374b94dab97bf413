import { expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { openWay } from '../../../src/promotion/ways/open-way.ts';
import { attemptAt, contextOf } from './attempt.ts';

const now = instant(Date.parse('2026-11-24T12:00:00Z'));
const refuse = () => {
  throw new Error('nothing outside is asked');
};
const nothing = new Proxy({}, { get: refuse }) as never;
const way = openWay({ via: 'outputs' }, contextOf(), {
  refs: nothing,
  workflows: nothing,
  releases: nothing,
  clock: () => now,
  pullRequest: refuse,
  runUrl: 'https://github.example.com/acme/app/actions/runs/7',
});

test('handing a version out is the effect, the same each time, and open until it is reported', async () => {
  const order = attemptAt({ version: 'v1', createdAt: now });
  expect(await way.find(order)).toBeUndefined();
  const acted = await way.act(order);
  expect(acted).toEqual({
    kind: 'acted',
    effect: {
      kind: 'outputs',
      reference: 'run-7',
      url: 'https://github.example.com/acme/app/actions/runs/7',
      at: now,
    },
  });
  expect(await way.act(order)).toEqual(acted);
  if (acted.kind !== 'acted') return;
  expect(await way.look(order, acted.effect)).toEqual({
    state: 'open',
    at: now,
    evidence: 'a report is awaited until 2026-11-24 12:10 UTC',
  });
});
