import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { broken, configuration, opened, template } from '../world/aws-preview.ts';
import { openAws } from '../world/aws-world.ts';
import { headOf } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openAws>>;

beforeAll(async () => {
  aws = await openAws();
}, 120_000);

afterAll(async () => {
  await aws.close();
  expect(aws.traffic.judge().problems).toEqual([]);
});

describe('a preview in a stack of its own', () => {
  test('lives from the first push to the last: created, updated, unchanged, failed, mended, removed', () =>
    aws.inAws({ configuration }, async (amazon) => {
      const { world, application } = amazon;
      const first = await opened(amazon);
      const created = await amazon.step(first);
      expect(created).toMatchObject({
        exit: 0,
        outputs: { state: 'created', url: `http://127.0.0.1:${application.port}/` },
      });
      const [stack] = await amazon.stacks();
      expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
      const tags = Object.fromEntries((stack?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
      expect(tags).toMatchObject({
        team: 'shop',
        'understudy:repository': 'acme/app',
        'understudy:pull-request': '1',
        'understudy:commit': headOf(first),
      });

      const pushed = await world.update('feature/lamp', {
        'infra/preview.yaml': template(application.port, '  Topic: { Type: AWS::SNS::Topic }\n'),
      });
      const updated = await amazon.step(pushed);
      expect(updated).toMatchObject({ exit: 0, outputs: { state: 'updated' } });
      expect(JSON.parse(updated.outputs.changes ?? '')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ action: 'add', type: 'AWS::SNS::Topic', id: 'Topic' }),
        ]),
      );

      const again = await amazon.step(pushed);
      expect(again).toMatchObject({ exit: 0, outputs: { state: 'unchanged', changes: '[]' } });

      const failing = await world.update('feature/lamp', {
        'infra/preview.yaml': template(application.port, broken),
      });
      const failed = await amazon.step(failing);
      expect(failed).toMatchObject({ exit: 1, outputs: { state: 'failed' } });
      expect(failed.outputs.reason).toContain('AWS::SQS::Queue Broken failed');
      expect(failed.annotations).toEqual([
        expect.objectContaining({ file: 'infra/preview.yaml', line: 10 }),
      ]);
      const comments = (await world.observe()).comments['1'] ?? [];
      expect(comments).toHaveLength(1);
      expect(comments[0]).toContain('Broken');

      const mended = await world.update('feature/lamp', {
        'infra/preview.yaml': template(application.port),
      });
      expect(await amazon.step(mended)).toMatchObject({ exit: 0, outputs: { state: 'updated' } });

      const closed = await world.closePull(1);
      const removed = await amazon.step(closed);
      expect(removed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(await amazon.stacks()).toEqual([]);
    }));
});
