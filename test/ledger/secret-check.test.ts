import { describe, expect, test } from '@jest/globals';
import { inMemoryRefs } from '../fakes/in-memory-refs.ts';
import { counter, ledgerOf } from './counter.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Put together here, so that no scanner takes this file for a leak. */
const credentials: Readonly<Record<string, string>> = {
  'a token of GitHub': `ghs_${letters}`,
  'a fine-grained token of GitHub': `github_pat_${letters}`,
  'a key of AWS': `AKIA${'Q'.repeat(16)}`,
  'a private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
  'a signed token': `eyJ${letters}.eyJ${letters}.${letters}`,
  'a password in an address': 'postgres://app:hunter2hunter2@db/app',
  'an Authorization header': `Bearer ${letters}`,
  'a signed address': `https://s3.example.com/x?X-Amz-Signature=${letters}`,
  'a secret of this run': 'correct horse battery',
};

describe('the ledger', () => {
  for (const [what, value] of Object.entries(credentials)) {
    test(`keeps no ${what}, wherever it stands, and does not repeat it`, async () => {
      const refs = inMemoryRefs();
      const ledger = ledgerOf(refs.connect(), 'run-1', ['correct horse battery']);
      const next = [
        { state: { value: 1, by: `x ${value} y` }, why: 'begins' },
        { state: { value: 1, by: 'ada' }, why: `says ${value}` },
        { state: { value: 1, by: 'ada', [value]: [] }, why: 'begins' },
      ];
      for (const one of next) {
        const refusal = await ledger.transition(counter(), () => one).catch((error) => error);
        expect(refusal).toMatchObject({ message: expect.stringContaining('keeps no secrets') });
        expect(JSON.stringify([refusal.message, refusal.problems])).not.toContain(value);
      }
      expect(refs.commits.size).toBe(0);
    });
  }

  test('says where the secret stands', async () => {
    const ledger = ledgerOf(inMemoryRefs().connect());
    const state = { value: 1, by: 'ada', gates: [{ evidence: `see ghp_${letters}` }] };
    const change = ledger.transition(counter(), () => ({ state, why: 'begins' }));
    await expect(change).rejects.toThrow('state.gates.0.evidence holds what looks like a token');
  });

  test('takes commits, digests, addresses and the names of things for what they are', async () => {
    const ledger = ledgerOf(inMemoryRefs().connect());
    const by = [
      'a'.repeat(40),
      `registry.example.com/app@sha256:${'0f'.repeat(32)}`,
      'https://github.com/acme/app/actions/runs/123/attempts/1?check_suite_focus=true',
      'basic auth, bearer tokens, sk_live and ghp_',
      'arn:aws:iam::123456789012:role/deploy',
    ].join(' ');
    const change = ledger.transition(counter(), () => ({ state: { value: 1, by }, why: by }));
    expect((await change).kind).toBe('recorded');
  });
});
