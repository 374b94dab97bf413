import { ListChangeSetsCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instant } from '../../src/core/time.ts';
import { Overtaken } from '../../src/preview/overtaken.ts';
import { type Ministack, startMinistack } from '../aws/ministack.ts';
import {
  openShared,
  parameters,
  Shop,
  settingsOf,
  sharedTemplate,
  Watcher,
} from '../world/shared-stack.ts';

let ministack: Ministack;

beforeAll(async () => {
  ministack = await startMinistack();
}, 120_000);

afterAll(() => ministack.close());

type Shared = Awaited<ReturnType<typeof openShared>>;

async function inShared(play: (world: Shared) => Promise<void>, more = '') {
  const world = await openShared(ministack.url);
  try {
    await world.deploy({
      StackName: 'shared',
      ChangeSetType: 'CREATE',
      TemplateBody: sharedTemplate(world.port, more),
      Parameters: parameters,
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: 'environment', Value: 'testing' }],
    });
    await play(world);
  } finally {
    await world.close();
  }
}

const key = { repository: 'acme/shop', previewId: '1d0fd508' };

describe('previews in a shared stack', () => {
  test('live from the first push to the last, and the template is as it was before', () =>
    inShared(async (world) => {
      const before = await world.template();
      const shop = new Shop(world);
      const first = await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(first.result).toMatchObject({
        kind: 'ready',
        services: [{ name: 'lite', state: 'ready', url: `http://127.0.0.1:${world.port}/shared` }],
      });
      expect(first.plan.changes).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ action: 'add', id: 'TaskDefinition1D0FD508' }),
        ]),
      );
      expect(await world.template()).toContain('Priority: 12001');

      const again = await shop.target().plan(shop.desired(shop.push('1d0fd508', 1, 'a')), {
        dryRun: false,
        signal: new Watcher().signal,
      });
      expect(again).toMatchObject({ changes: [] });
      expect(again.outdated).toBeUndefined();

      const pushed = await shop.run(shop.push('1d0fd508', 1, 'b'));
      expect(pushed.result).toMatchObject({ kind: 'ready' });
      expect(await world.template()).toContain(`lite:${'b'.repeat(40)}`);
      expect(await shop.target().observe('acme/shop')).toMatchObject([
        { previewId: '1d0fd508', commit: 'b'.repeat(40), services: [{ state: 'ready' }] },
      ]);

      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
      expect(await shop.target().observe('acme/shop')).toEqual([]);
      expect(await world.template()).toBe(before);
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
    }));

  test('a preview that fails is left out, the others go on, and its attempts are counted', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      world.accepts = (task) => !task.includes('BADBAD00');
      const bad = shop.push('badbad00', 2, 'c');
      const good = shop.push('f4436797', 3, 'd');
      const { result, plan, watch } = await shop.run(good);
      expect(plan.outdated).toContain('#2 is to be added');
      expect(watch.others).toMatchObject([
        { previewId: 'badbad00', pullRequest: 2, reason: expect.stringContaining('crashed') },
      ]);
      expect(result).toMatchObject({ kind: 'ready' });
      const observed = await shop.target().observe('acme/shop');
      expect(observed.map(({ previewId }) => previewId)).toEqual(['1d0fd508', 'f4436797']);
      expect(await world.template()).toMatch(/badbad00.*"attempts":1/);

      const own = await shop.run(bad);
      expect(own.watch.others).toEqual([]);
      expect(own.result).toMatchObject({
        kind: 'failed',
        stillServing: false,
        reason: expect.stringContaining('the container crashed'),
      });
      expect(await world.template()).toMatch(/badbad00.*"attempts":2/);
      const asked = world.asked.length;
      expect((await shop.run(bad)).result).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('held: commit ccccccc made the shared stack fail 2 times'),
      });
      expect(world.asked).toHaveLength(asked);

      world.accepts = () => true;
      const mended = await shop.run(shop.push('badbad00', 2, 'e'));
      expect(mended.result).toMatchObject({ kind: 'ready' });
      expect(await world.template()).not.toContain('"attempts"');
    }));

  test('a failing push leaves the commit before it serving', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      const [own] = world.asked.slice(-1);
      world.accepts = (task) => task === own;
      const { result } = await shop.run(shop.push('1d0fd508', 1, 'b'));
      expect(result).toMatchObject({ kind: 'failed', stillServing: true });
      expect(await shop.target().observe('acme/shop')).toMatchObject([{ commit: 'a'.repeat(40) }]);
    }));

  test('closing is drift, and numbers stay with their preview', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('aaaa0001', 1, 'a'));
      const second = shop.push('aaaa0002', 2, 'a');
      await shop.run(second);
      shop.closePull('aaaa0001');
      const { plan } = await shop.run(second);
      expect(plan.outdated).toContain('#1 is to be removed');
      const template = await world.template();
      expect(template).not.toContain('AAAA0001');
      expect(template).toContain('"priorities":[12002]');
      const third = shop.push('aaaa0003', 3, 'a');
      await shop.run(third);
      expect(await world.template()).toContain('"priorities":[12001]');
    }));

  test('two repositories share a template, and neither touches what is the other’s', () => {
    const more = `  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: cart }
`;
    return inShared(async (world) => {
      const shop = new Shop(world);
      const cart = new Shop(world, {
        repository: 'acme/cart',
        service: 'cart',
        settings: {
          ...shop.settings,
          url: 'output:Url',
          expand: {
            ...(shop.settings.expand as NonNullable<typeof shop.settings.expand>),
            resources: ['Topic'],
            outputs: [],
          },
        },
      });
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      const before = await world.template();
      const other = cart.push('1d0fd508', 9, 'f');
      const { result } = await cart.run(other);
      expect(result.kind).not.toBe('accepted');
      expect(await world.template()).toContain('Topic1D0FD508');
      await shop.run(shop.push('1d0fd508', 1, 'b'));
      expect(await world.template()).toContain('Topic1D0FD508');
      expect(await cart.target().observe('acme/cart')).toMatchObject([{ pullRequest: 9 }]);
      const cartKey = { repository: 'acme/cart', previewId: '1d0fd508' };
      expect(await cart.target().destroy(cartKey, new Watcher())).toEqual([]);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(await world.template()).toBe(before);
    }, more);
  });

  test('a run that finds the stack busy waits, and the newest state wins', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      const first = shop.push('aaaa0001', 1, 'a');
      const second = shop.push('aaaa0002', 2, 'a');
      const results = await Promise.all([shop.run(first), shop.run(second)]);
      expect(results.map(({ result }) => result.kind)).toEqual(['ready', 'ready']);
      const observed = await shop.target().observe('acme/shop');
      expect(observed.map(({ previewId }) => previewId).sort()).toEqual(['aaaa0001', 'aaaa0002']);
    }));

  test('an older run that had planned already puts no older commit over a newer one', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      const older = shop.push('1d0fd508', 1, 'b');
      const target = shop.target();
      const watch = new Watcher();
      await target.plan(shop.desired(older), { dryRun: false, signal: watch.signal });
      const newer = shop.push('1d0fd508', 1, 'c');
      expect((await shop.run(newer)).result).toMatchObject({ kind: 'ready' });
      const overtaken = { occasion: older, all: () => Promise.reject(new Overtaken(undefined)) };
      await expect(target.deploy(overtaken, watch)).rejects.toBeInstanceOf(Overtaken);
      expect(await shop.target().observe('acme/shop')).toMatchObject([{ commit: newer.commit }]);
    }));

  test('a plan that no deploy follows leaves no change set in the shared stack', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      const target = shop.target();
      const { signal } = new Watcher();
      const changeSets = async () => {
        const { Summaries = [] } = await world.client.send(
          new ListChangeSetsCommand({ StackName: 'shared' }),
        );
        return Summaries.filter(({ ExecutionStatus }) => ExecutionStatus === 'AVAILABLE').length;
      };
      const desired = shop.desired(shop.push('1d0fd508', 1, 'a'));
      const plan = await target.plan(desired, { dryRun: false, signal });
      expect(await changeSets()).toBe(1);
      await plan.discard?.();
      expect(await changeSets()).toBe(0);
    }));

  test('a teardown that need not wait says what still goes on, and a later one proves absence', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      const left = await shop.target().destroy(key, { ...new Watcher(), wait: false });
      expect(left).toMatchObject([{ type: 'preview', id: '1d0fd508', removing: true }]);
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
      expect(await shop.target().observe('acme/shop')).toEqual([]);
    }));

  test('the expiry moves without anything that runs', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      const asked = world.asked.length;
      const expiresAt = instant(Date.parse('2027-01-01T00:00:00Z'));
      await shop.target().extend(key, expiresAt);
      expect(await shop.target().observe('acme/shop')).toMatchObject([{ expiresAt }]);
      expect(world.asked).toHaveLength(asked);
      const again = await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(again.plan.outdated).toBeUndefined();
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
    }));

  test('a full range is a clear message, and who is there stays', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      for (const number of [1, 2, 3]) await shop.run(shop.push(`aaaa000${number}`, number, 'a'));
      await expect(shop.run(shop.push('aaaa0004', 4, 'a'))).rejects.toThrow(
        'no listener priority is left for lite: all 3 of 12001-12003 are in use',
      );
    }));

  test('a dry run shows the template, and leaves nothing', () =>
    inShared(async (world) => {
      const shop = new Shop(world);
      const before = await world.template();
      const occasion = shop.push('1d0fd508', 1, 'a');
      const plan = await shop.target().plan(shop.desired(occasion), {
        dryRun: true,
        signal: new Watcher().signal,
      });
      expect(plan.rendered.text).toContain('TaskDefinition1D0FD508');
      expect(plan.changes).not.toEqual([]);
      expect(await world.template()).toBe(before);
    }));

  test('a stack that does not exist is said so, with what to do', () =>
    inShared(async (world) => {
      const shop = new Shop(world, {
        settings: {
          ...new Shop(world).settings,
          expand: {
            ...(new Shop(world).settings.expand as NonNullable<Shop['settings']['expand']>),
            stack: 'nowhere',
          },
        },
      });
      await expect(shop.run(shop.push('1d0fd508', 1, 'a'))).rejects.toThrow(
        'the shared stack nowhere does not exist in eu-west-1',
      );
      expect(await shop.target().observe('acme/shop')).toEqual([]);
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
    }));
});

/** Without `GetAtt`, which the emulator cannot resolve when it updates a nested stack. */
function nestedTemplate(port: number): string {
  return `Parameters:
  Environment: { Type: String }
  LiteVersion: { Type: String }
Resources:
  TaskDefinition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: lite
      ContainerDefinitions:
        - Name: lite
          Image: !Sub "registry.example.com/lite:\${LiteVersion}"
          Memory: 128
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: lite } }
Outputs:
  Url: { Value: http://127.0.0.1:${port}/ }
`;
}

function rootTemplate(url: string): string {
  return `Parameters:
  LiteVersion: { Type: String, Default: v0 }
  Unrelated: { Type: String, Default: kept }
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Lite: # the shared one
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ${url} # by address
      Parameters:
        Environment: testing
        LiteVersion: !Ref LiteVersion
`;
}

const releases = `- docker: lite
  github: shop
  deploy:
    release: v1.2.3
    preview: true
`;

describe('a shared template below a root template, with release definitions', () => {
  test.each([
    ['a path', './lite/lite.yaml'],
    [
      'the address that Kayron uploads to',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
      '!Sub "https://templates.s3.${AWS::Region}.amazonaws.com/testing/lite/lite.yaml"',
    ],
  ])('named by %s: previews come and go with the versions of the root', async (_, url) => {
    const world = await openShared(ministack.url);
    try {
      const bucket = `templates-${world.account}`;
      await world.bucket(bucket, { 'testing/lite/lite.yaml': nestedTemplate(world.port) });
      await world.deploy({
        StackName: 'root',
        ChangeSetType: 'CREATE',
        TemplateBody: rootTemplate(
          `"https://s3.eu-west-1.amazonaws.com/${bucket}/testing/lite/lite.yaml"`,
        ),
        Parameters: [{ ParameterKey: 'Unrelated', ParameterValue: 'mine' }],
        Capabilities: ['CAPABILITY_IAM'],
      });
      const files = new Map([
        ['cloudformation/index.yaml', rootTemplate(url)],
        ['cloudformation/lite/lite.yaml', nestedTemplate(world.port)],
        ['releases/service/lite.yaml', releases],
      ]);
      const settings = settingsOf(
        { s3Bucket: bucket },
        {
          stack: 'root',
          resources: ['TaskDefinition', 'Topic'],
          root: { folder: 'cloudformation', template: 'index.yaml' },
          releases: 'releases',
        },
      );
      const shop = new Shop(world, { settings, files });
      const { plan, result } = await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(plan.rendered.text).toContain('TaskDefinition1D0FD508');
      expect(result).toMatchObject({ kind: 'ready', services: [{ state: 'ready' }] });
      expect(await world.parameters('root')).toMatchObject({
        LiteVersion: 'v1.2.3',
        Unrelated: 'mine',
      });
      expect(await shop.target().observe('acme/shop')).toMatchObject([
        { previewId: '1d0fd508', services: [{ name: 'lite' }] },
      ]);
      const again = await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(again.plan.outdated).toBeUndefined();

      const expiresAt = instant(Date.parse('2027-01-01T00:00:00Z'));
      await shop.target().extend(key, expiresAt);
      expect(await shop.target().observe('acme/shop')).toMatchObject([{ expiresAt }]);
      expect(await shop.target().destroy(key, new Watcher())).toEqual([]);
      expect(await shop.target().observe('acme/shop')).toEqual([]);
      expect(await world.parameters('root')).toMatchObject({ LiteVersion: 'v1.2.3' });
    } finally {
      await world.close();
    }
  });
});

describe('what the base branch says of the shared template', () => {
  test('is deployed with the next preview, and is drift for those that are there', () =>
    inShared(async (world) => {
      const files = new Map([['infra/shared.yaml', sharedTemplate(world.port)]]);
      const settings = settingsOf({ template: 'infra/shared.yaml' });
      const shop = new Shop(world, { settings, files });
      await shop.run(shop.push('1d0fd508', 1, 'a'));
      files.set(
        'infra/shared.yaml',
        sharedTemplate(world.port).replace('Memory: 128', 'Memory: 256 # more'),
      );
      const { plan, result } = await shop.run(shop.push('1d0fd508', 1, 'a'));
      expect(plan.outdated).toContain('the shared template changed on the base branch');
      expect(result.kind).toBe('ready');
      expect((await world.template()).match(/Memory: 256/g)).toHaveLength(2);
    }));

  test('a preview whose image is not in the registry waits, and the others go on', () =>
    inShared(async (world) => {
      const shop = new Shop(world, { settings: settingsOf({}, { requireImage: 'ecr' }) });
      await world.image('lite', 'b'.repeat(40));
      const waits = shop.push('1d0fd508', 1, 'a');
      const { plan } = await shop.run(shop.push('f4436797', 2, 'b'));
      expect(plan.waiting).toBeUndefined();
      const observed = await shop.target().observe('acme/shop');
      expect(observed.map(({ previewId }) => previewId)).toEqual(['f4436797']);
      const signal = new Watcher().signal;
      const own = await shop.target().plan(shop.desired(waits), { dryRun: false, signal });
      expect(own.waiting).toMatch(
        /its image \d+\.dkr\.ecr\..*\/lite:a+ is not in the registry yet/,
      );
      await world.image('lite', 'a'.repeat(40));
      expect((await shop.run(waits)).result).toMatchObject({ kind: 'ready' });
    }));
});
