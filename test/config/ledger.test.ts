import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../src/config/parse.ts';
import { placeKind } from '../../src/ledger/git-place.ts';

const file = '.github/understudy.yml';
const placeIn = (text: string) => parseConfiguration(text, file).ledger;

test.each([
  ['ssh://git@git.example.com/team/app-ledger.git', 'address'],
  ['ssh://git.example.com:2222/app.git', 'address'],
  ['ssh://git@[2001:db8::1]:22/app.git', 'address'],
  ['https://git.example.com/team/app-ledger.git', 'address'],
  ['file:///srv/app-ledger.git', 'address'],
  ['git@git.example.com:team/app-ledger.git', 'address'],
  ['/srv/ledgers of all/app:1.git', 'folder'],
  ['C:\\ledgers\\app.git', 'folder'],
  ['origin', 'remote'],
  ['my.fork-2', 'remote'],
])('%s may hold the ledger, as %s', (place, kind) => {
  expect(placeIn(`ledger:\n  git: ${JSON.stringify(place)}\n`)).toEqual({ git: place });
  expect(placeKind(place)).toBe(kind);
});

test('without a word of it the ledger is in the repository itself', () => {
  expect(placeIn('pipelines: { app: { versions: { branch: main }, stages: [{ name: a }] } }')).toBe(
    undefined,
  );
});
