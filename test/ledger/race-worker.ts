/** One process of many that do rounds of work, each once, over a ledger. Argument: a `Race` as JSON. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { duration, instant } from '../../src/core/time.ts';
import { connectGitHub } from '../../src/github/connect.ts';
import { gitStore } from '../../src/ledger/git-store.ts';
import { claimLease, isSame, type Lease, mayAct, parseLease } from '../../src/ledger/lease.ts';
import type { Cell, Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { RefStore } from '../../src/ledger/ref-store.ts';

/** What a process is told. */
export interface Race {
  readonly backend:
    | { readonly kind: 'git'; readonly remote: string; readonly directory: string }
    | { readonly kind: 'github'; readonly url: string; readonly token: string };
  readonly rounds: number;
  /** A line for each effect: `round-1 p123`. */
  readonly effects: string;
  /** Nobody begins before it is there. */
  readonly gun: string;
}

interface Rounds {
  readonly done: number;
  readonly lease?: Lease;
}

const cell: Cell<Rounds> = {
  kind: 'race',
  name: ['rounds'],
  version: 1,
  parse: (value) => {
    const { done, lease } = value as Rounds;
    return { done, ...(lease && { lease: parseLease(lease) }) };
  },
};

const me = `p${process.pid}`;
const now = () => instant(Date.now());
const length = duration(2_500);
const margin = duration(500);

function storeOf({ backend }: Race): RefStore {
  if (backend.kind === 'git') return gitStore({ ...backend, environment: process.env });
  const { url, token } = backend;
  const silent = { debug: () => {}, warn: () => {} };
  const options = { apiUrl: url, repository: 'acme/app', token, environment: {}, ...silent };
  return connectGitHub(options).ledgerRefs;
}

async function claim(ledger: Ledger): Promise<Lease | 'held' | 'over'> {
  let mine: Lease | undefined;
  let over = false;
  const outcome = await ledger.transition(cell, ({ state = { done: 0 } }, at) => {
    const request = { holder: me, effect: `round-${state.done + 1}`, length };
    const answer = claimLease(state.lease, request, at);
    over = state.done >= race.rounds;
    if (answer.kind === 'held' || over) return undefined;
    mine = answer.lease;
    return { state: { ...state, lease: mine }, why: `${answer.kind} ${mine.effect}` };
  });
  if (over) return 'over';
  return outcome.kind === 'recorded' && mine ? mine : 'held';
}

async function act(ledger: Ledger, mine: Lease): Promise<void> {
  const there = existsSync(race.effects) ? readFileSync(race.effects, 'utf8') : '';
  const found = there.split('\n').some((line) => line.startsWith(`${mine.effect} `));
  await sleep(Math.random() * 100);
  if (!mayAct(mine, mine, now(), margin)) return;
  if (!found) appendFileSync(race.effects, `${mine.effect} ${me}\n`);
  await sleep(Math.random() * 100);
  await ledger.transition(cell, ({ state = { done: 0 } }) =>
    isSame(state.lease, mine)
      ? { state: { done: state.done + 1 }, why: `did ${mine.effect}` }
      : undefined,
  );
}

async function run(): Promise<void> {
  const writer = { id: `${me}-${Date.now()}`, by: me, run: 'https://example.com/run' };
  const pause = async (milliseconds: number) => void (await sleep(milliseconds));
  const ledger = openLedger({ store: storeOf(race), writer, secrets: [], now, pause });
  while (!existsSync(race.gun)) await sleep(20);
  for (;;) {
    const claimed = await claim(ledger).catch(retry);
    if (claimed === 'over') return ledger.witness();
    if (claimed !== 'held') await act(ledger, claimed).catch(retry);
    else await sleep(300 + Math.random() * 500);
  }
}

/** What a level-triggered run does after a fault: come again. */
function retry(fault: unknown): 'held' {
  process.stderr.write(`${me}: ${fault}\n`);
  return 'held';
}

const race: Race = JSON.parse(process.argv[2] ?? '');
await run();
