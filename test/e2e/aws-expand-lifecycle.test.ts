import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openAws } from '../world/aws-world.ts';
import { deployedShop, openShop, sharedConfiguration } from '../world/shared-shop.ts';
import { headOf } from '../world/world.ts';

let aws: Awaited<ReturnType<typeof openAws>>;

beforeAll(async () => {
  aws = await openAws();
}, 120_000);

afterAll(() => aws.close());

/** Priority of the preview's listener rule, as the template says it. */
function priorityOf(template: string, id: string): number {
  const [, block = ''] = template.split(`  ListenerRule${id.toUpperCase()}:`);
  return Number(/Priority: (\d+)/.exec(block)?.[1]);
}

describe('previews in a shared stack', () => {
  test('come, move on and go, each with its priority, and leave the template as it was', () =>
    aws.inAws({ configuration: sharedConfiguration }, async (amazon) => {
      const { world, application } = amazon;
      const original = await openShop(amazon);

      const lamp = await world.pullRequest('feature/lamp');
      const first = await amazon.step(lamp);
      expect(first).toMatchObject({
        exit: 0,
        outputs: { state: 'created', url: `http://127.0.0.1:${application.port}/` },
      });
      const one = first.outputs['preview-id'] ?? '';
      const withOne = await deployedShop(amazon);
      expect(withOne).toContain(`registry.example.com/acme/shop:${headOf(lamp)}`);
      expect(withOne).toContain('# AUTO GENERATED PREVIEW DEPLOYMENT');
      expect(priorityOf(withOne, one)).toBe(101);

      const second = await amazon.step(await world.pullRequest('feature/sofa'));
      expect(second).toMatchObject({ exit: 0, outputs: { state: 'created' } });
      const two = second.outputs['preview-id'] ?? '';
      expect(priorityOf(await deployedShop(amazon), two)).toBe(102);

      const pushed = await world.update('feature/lamp', { greeting: 'brighter' });
      expect(await amazon.step(pushed)).toMatchObject({ exit: 0, outputs: { state: 'updated' } });
      expect(await deployedShop(amazon)).toContain(`acme/shop:${headOf(pushed)}`);
      expect(await amazon.step(pushed)).toMatchObject({ outputs: { state: 'unchanged' } });

      const closed = await amazon.step(await world.closePull(1));
      expect(closed).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      const withTwo = await deployedShop(amazon);
      expect(withTwo).not.toContain(one.toUpperCase());
      expect(priorityOf(withTwo, two)).toBe(102);

      await world.closePull(2);
      const swept = await amazon.step(await world.schedule());
      expect(swept).toMatchObject({ exit: 0, outputs: { leftovers: '[]' } });
      expect(await deployedShop(amazon)).toBe(original);
    }));
});
