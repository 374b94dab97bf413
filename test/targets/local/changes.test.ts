import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../src/core/time.ts';
import { planChanges, renderSpecification } from '../../../src/targets/local/changes.ts';
import type { ObservedPreview, ServiceState } from '../../../src/targets/target.ts';
import { desired, service } from './workshop.ts';

const commit = 'a'.repeat(40);
const wanted = desired(commit, {}, { services: [service('web'), service('api')] });

function existing(over: Partial<ObservedPreview>, state: ServiceState = 'ready'): ObservedPreview {
  const services = wanted.services.map(({ name }) => ({ name, state, url: '' }));
  return { ...wanted, createdAt: instant(0), services, ...over };
}

describe('the plan', () => {
  test('adds what is not there', () => {
    expect(planChanges(wanted, undefined).map(({ action, id }) => `${action} ${id}`)).toEqual([
      'add 1d0fd508/web',
      'add 1d0fd508/api',
    ]);
  });

  test('changes nothing where all is the same, asleep or not', () => {
    expect(planChanges(wanted, existing({}))).toEqual([]);
    expect(planChanges(wanted, existing({}, 'sleeping'))).toEqual([]);
  });

  test('makes all anew for another commit, and removes what is no longer wanted', () => {
    const services = ['web', 'old'].map((name) => ({ name, state: 'ready' as const, url: '' }));
    expect(planChanges(wanted, existing({ commit: 'b'.repeat(40), services }))).toEqual([
      {
        action: 'modify',
        type: 'process',
        id: '1d0fd508/web',
        replacement: true,
        detail: 'bbbbbbb → aaaaaaa',
      },
      { action: 'add', type: 'process', id: '1d0fd508/api', replacement: false },
      { action: 'remove', type: 'process', id: '1d0fd508/old', replacement: false },
    ]);
  });

  test('makes anew what failed, and what has other settings', () => {
    expect(planChanges(wanted, existing({}, 'failed'))).toHaveLength(2);
    expect(planChanges(wanted, existing({ fingerprint: 'x' }))).toMatchObject([
      { detail: 'same commit, other settings' },
      { action: 'modify' },
    ]);
  });

  test('is shown whole, without the values of variables', () => {
    const { name, text } = renderSpecification(
      desired(commit, { env: { KEY: 'value-9' } }, { fingerprint: 'x' }),
    );
    expect(name).toBe('1d0fd508.json');
    expect(JSON.parse(text)).toMatchObject({
      commit,
      services: [{ name: 'web', local: { run: 'exec node app.cjs', env: { KEY: '***' } } }],
    });
    expect(text).not.toContain('value-9');
  });
});
