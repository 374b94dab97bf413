import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../src/config/parse.ts';
import { duration } from '../../../../src/core/time.ts';
import { createCloudFormationTarget } from '../../../../src/targets/cloudformation/target.ts';
import type { DesiredPreview, Watch } from '../../../../src/targets/target.ts';
import { environmentFor, queues, type Sending, sending } from '../sending.ts';

const { services } = parseConfiguration(
  'preview: { target: cloudformation, cloudformation: { template: preview.json } }',
  'understudy.yml',
).preview;

const template = queues({ Orders: 30 });

function targetOf({ proxy, waiting }: Sending, templates: Readonly<Record<string, string>>) {
  return createCloudFormationTarget({
    repository: 'acme/shop',
    services: Object.keys(templates).map((name) => ({ name, settings: settingsOf(name) })),
    files: {
      at: async (_commit, path) => templates[path.replace('.json', '')],
      folderAt: async () => new Map(),
      trusted: async () => undefined,
      trustedFolder: async () => new Map(),
    },
    environment: environmentFor(proxy.url),
    operation: 'run-1-1',
    now: waiting.now,
    pause: waiting.pause,
  });
}

function settingsOf(name: string) {
  const settings = services[0]?.cloudformation;
  if (!settings) throw new Error('no settings');
  return { ...settings, template: `${name}.json` };
}

function desired(templates: Readonly<Record<string, string>>) {
  const occasion: DesiredPreview = {
    repository: 'acme/shop',
    previewId: '1d0fd508',
    pullRequest: 7,
    commit: 'a'.repeat(40),
    requested: false,
    fingerprint: 'f1',
    services: Object.keys(templates).map((name) => ({
      name,
      host: `${name}.example.com`,
      probe: { path: '/', within: duration(1000) },
      settings: settingsOf(name),
      names: { stackName: `${name}-1d0fd508`, namespace: '' },
      values: {},
    })),
  };
  return { occasion, all: async () => [occasion] };
}

function statusOf({ fake }: Sending, name: string): string {
  return fake.stack(`${name}-1d0fd508`)?.status ?? 'gone';
}

describe('a plan of stacks', () => {
  test('that no deploy follows leaves nothing behind once it is discarded', () =>
    sending({}, async (of) => {
      const templates = { web: template };
      const target = await targetOf(of, templates);
      const { signal } = of.waiting;
      const plan = await target.plan(desired(templates), { dryRun: false, signal });
      expect(plan.changes).toHaveLength(1);
      expect(statusOf(of, 'web')).toBe('REVIEW_IN_PROGRESS');
      await plan.discard?.();
      expect(statusOf(of, 'web')).toMatch(/gone|DELETE_COMPLETE/);
    }));

  test('that was deployed has nothing to discard', () =>
    sending({}, async (of) => {
      const templates = { web: template };
      const target = await targetOf(of, templates);
      const watch: Watch = { progress: () => {}, signal: of.waiting.signal, wait: false };
      const plan = await target.plan(desired(templates), { dryRun: false, signal: watch.signal });
      expect(await target.deploy(desired(templates), watch)).toMatchObject({ kind: 'accepted' });
      const asked = of.actions().length;
      await plan.discard?.();
      expect(of.actions()).toHaveLength(asked);
      expect(statusOf(of, 'web')).toMatch(/^CREATE_/);
    }));

  test('of which one cannot be made takes the others’ change sets with it', () =>
    sending({}, async (of) => {
      const bad = JSON.stringify({
        Parameters: { Needed: { Type: 'String' } },
        Resources: { Orders: { Type: 'AWS::SQS::Queue' } },
      });
      const templates = { web: template, api: bad };
      const target = await targetOf(of, templates);
      const { signal } = of.waiting;
      const planning = target.plan(desired(templates), { dryRun: false, signal });
      await expect(planning).rejects.toThrow('Needed');
      expect(statusOf(of, 'web')).toMatch(/gone|DELETE_COMPLETE/);
    }));
});
