import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { endFaults, fault } from '../lab/github/controls.ts';
import { gitIn, type Lab, startLab } from '../lab/github/lab.ts';
import { counter, countOf, ledgerOf, raise } from '../ledger/counter.ts';
import { connected, tokenWith } from './connected.ts';

const understudy = '/repos/acme/app/git/refs/understudy/test/';

describe("the ledger on GitHub's API", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterEach(() => endFaults(lab));
  afterAll(() => lab.close());

  const ledger = (id = 'run-1') => ledgerOf(connected(lab).github.ledgerRefs, id);
  const fresh = () => connected(lab).github.ledgerRefs;

  test.each([
    ['lose-answer', 'POST', '/git/refs'],
    ['lose-answer', 'PATCH', understudy],
    ['applied-502', 'PATCH', understudy],
    ['error-502', 'PATCH', understudy],
    ['stale-read', 'GET', '/git/matching-refs/'],
  ])('records once whatever %s of a %s of %s does', async (action, method, path) => {
    const cell = counter(`${action}-${method.toLowerCase()}`);
    const run = ledger();
    if (method !== 'POST') await run.transition(cell, raise('ada'));
    const before = (await run.read(cell)).sequence;
    await fault(lab, action, { method, path });
    expect((await ledger('run-2').transition(cell, raise('bob'))).kind).toBe('recorded');
    expect(await countOf(fresh(), cell)).toBe(before + 1);
  });

  test('without `contents: write` reads, and says what it needs to write', async () => {
    const token = await tokenWith(lab, { contents: 'read' });
    await ledger().transition(counter('guarded'), raise('ada'));
    const reader = ledgerOf(connected(lab, token).github.ledgerRefs);
    expect((await reader.read(counter('guarded'))).state?.value).toBe(1);
    const refused = await reader.transition(counter('guarded'), raise('eve')).catch((e) => e);
    expect(refused).toBeInstanceOf(UserError);
    expect(refused.problems[0].hint).toContain('`contents: write`');
  });

  test('needs no more than `contents: write`, as GITHUB_TOKEN has it', async () => {
    const token = await tokenWith(lab, { contents: 'write' });
    const run = ledgerOf(connected(lab, token).github.ledgerRefs);
    expect((await run.transition(counter('plain'), raise('ada'))).kind).toBe('recorded');
  });

  test('reads all cells of a kind, however many pages they are', async () => {
    const bare = lab.github.repositories['acme/app'] ?? '';
    await ledger().transition(counter('many', 'x'), raise('ada'));
    const sha = gitIn(bare, 'rev-parse', 'refs/understudy/test/many/x');
    const packed = Array.from({ length: 130 }, (_, index) => 1_000 + index);
    const lines = packed.map((number) => `${sha} refs/understudy/test/many/a${number}\n`);
    writeFileSync(join(bare, 'packed-refs'), `# pack-refs with: sorted\n${lines.join('')}`);
    const [found] = await ledger().readAll([counter('many', 'x')]);
    expect(found?.state?.value).toBe(1);
    const tips = await fresh().tips('refs/understudy/test/many/');
    expect(tips.size).toBe(131);
  });

  test('says that an empty repository keeps none', async () => {
    await lab.github.createRepository('acme/empty');
    const reading = ledgerOf(connected(lab, undefined, 'acme/empty').github.ledgerRefs);
    await expect(reading.read(counter())).rejects.toThrow('no ledger in an empty repository');
  });
});
