import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lab } from './lab.ts';
import { openPull, repository, startLab } from './lab.ts';

type Payload = Record<string, unknown>;

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  readonly name: string;
  readonly examples: readonly Payload[];
}[];

/** Keys that every example has, at the top and in the objects one level down that `inside` names. */
function commonKeys(
  event: string,
  action: string | undefined,
  inside: readonly string[],
): string[] {
  const all = examples.find(({ name }) => name === event)?.examples ?? [];
  const some = all.filter((one) => action === undefined || one.action === action);
  if (some.length === 0) throw new Error(`no example of ${event} ${action}`);
  const lists = some.map((one) => keysOf(one, inside));
  return (lists[0] ?? []).filter((key) => lists.every((list) => list.includes(key)));
}

function keysOf(payload: Payload, inside: readonly string[]): string[] {
  const nested = inside.flatMap((name) =>
    Object.keys((payload[name] ?? {}) as object).map((key) => `${name}.${key}`),
  );
  return [...Object.keys(payload), ...nested];
}

describe('events', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await openPull(lab, 'one');
    lab.commit({ 'one.txt': 'two' });
    lab.git('push', '--quiet', 'origin', 'one');
    await lab.call('POST', `/repos/${repository}/issues/1/labels`, { labels: ['ui'] });
    await lab.call('POST', `/repos/${repository}/issues/1/comments`, { body: '/preview' });
    const deployment = { ref: 'one', required_contexts: [], auto_merge: false };
    const { id } = (await lab.call('POST', `/repos/${repository}/deployments`, deployment)).body;
    const path = `/repos/${repository}/deployments/${id}/statuses`;
    await lab.call('POST', path, { state: 'success' });
    await lab.call('PATCH', `/repos/${repository}/pulls/1`, { state: 'closed' });
    lab.git('push', '--quiet', 'origin', ':one');
    await lab.github.takeInPushes();
  });
  afterAll(() => lab.close());

  /** An app's installation is in the payloads of apps' hooks only. */
  const absent = ['installation', 'repository.custom_properties'];

  test.each([
    ['pull_request', 'opened', ['pull_request', 'repository', 'sender']],
    ['pull_request', 'synchronize', ['pull_request', 'repository']],
    ['pull_request', 'labeled', ['pull_request', 'label']],
    ['pull_request', 'closed', ['pull_request']],
    ['issue_comment', 'created', ['issue', 'comment', 'repository', 'sender']],
    ['push', undefined, ['repository', 'pusher', 'sender']],
    ['create', undefined, ['repository']],
    ['delete', undefined, ['repository']],
    ['deployment', 'created', ['deployment', 'repository']],
    ['deployment_status', 'created', ['deployment', 'deployment_status']],
  ])('%s %s has the keys of GitHub’s own payloads', (name, action, inside) => {
    const found = lab.github
      .events()
      .find((one) => one.event === name && (action === undefined || one.action === action));
    const keys = keysOf(found?.payload ?? {}, inside);
    const wanted = commonKeys(name, action, inside).filter((key) => !absent.includes(key));
    expect(wanted.filter((key) => !keys.includes(key))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(5);
  });

  test('come in the order in which things happened', () => {
    const story = lab.github.events().map(({ event, action }) => [event, action].join(' ').trim());
    expect(story).toEqual([
      'push',
      'create',
      'push',
      'create',
      'pull_request opened',
      'push',
      'pull_request synchronize',
      'pull_request labeled',
      'issue_comment created',
      'deployment created',
      'deployment_status created',
      'pull_request closed',
      'push',
      'delete',
    ]);
  });

  test('are served in full by the lab, and to listeners as they happen', async () => {
    const heard: string[] = [];
    const stop = lab.github.onEvent(({ event, action }) => heard.push(`${event} ${action}`));
    await lab.call('POST', `/repos/${repository}/issues`, { title: 'Heard' });
    stop();
    await lab.call('POST', `/repos/${repository}/issues`, { title: 'Not heard' });
    expect(heard).toEqual(['issues opened']);
    const served = await lab.call('GET', '/_lab/events');
    const logged = JSON.parse(JSON.stringify(lab.github.events())) as { payload: object }[];
    expect(served.body).toMatchObject(logged.map(({ payload }) => ({ ...payload, payload })));
    expect(served.body).toMatchObject(
      logged.map(() => ({ repository: { full_name: repository } })),
    );
  });
});
