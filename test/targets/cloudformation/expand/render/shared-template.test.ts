import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSharedTemplate } from '../../../../../src/targets/cloudformation/expand/render/shared-template.ts';
import { commit, preview, type Read, read, rules, settings, understood } from '../expanding.ts';

const shop = readFileSync(join(import.meta.dirname, '../fixtures', 'shop.yaml'), 'utf8');
const second = preview({
  id: 'f4436797',
  commit: '02b42b7ec63d4078767cb3b7cb0d34fde91b6237',
  pullRequest: 9,
  priorities: [21_002],
});
const held = {
  service: 'shop',
  id: 'b0c8a15d',
  pullRequest: 11,
  commit,
  attempts: 2,
  reason: 'Service: "Ümlaut" 🚀 failed\nhere',
  at: '2026-01-02T03:04:05.000Z',
};

describe('a template with two previews', () => {
  const template = read(shop);
  const text = template.render({ previews: [preview(), second], held: [] });
  const before = understood(shop);
  const after = understood(text);

  test('has the five resources of each preview and all of the original', () => {
    const added = Object.keys(after.Resources).filter((name) => !(name in before.Resources));
    expect(added).toEqual([
      ...template.cloneIds('shop', '1d0fd508'),
      ...template.cloneIds('shop', 'f4436797'),
    ]);
    expect(template.cloneIds('shop', 'f4436797')).toEqual([
      'ServiceF4436797',
      'TaskDefinitionF4436797',
      'DomainRecordF4436797',
      'TargetGroupF4436797',
      'ListenerRuleF4436797',
    ]);
    for (const [name, value] of Object.entries(before.Resources)) {
      expect(after.Resources[name]).toEqual(value);
    }
  });

  test('clones differ from their originals in what they must and in nothing else', () => {
    const expected: Read = JSON.parse(JSON.stringify(pick(before.Resources)));
    const domain = { 'Fn::Sub': `1d0fd508.shop.\${Environment}.acme.example` };
    const service = expected.Service.Properties;
    service.ServiceName = { 'Fn::Sub': `\${AWS::StackName}-shop-1D0FD508` };
    service.TaskDefinition = { Ref: 'TaskDefinition1D0FD508' };
    service.LoadBalancers[0].TargetGroupArn = { Ref: 'TargetGroup1D0FD508' };
    service.Tags.push({ Key: 'preview', Value: '1D0FD508' });
    delete service.ServiceRegistries;
    const task = expected.TaskDefinition.Properties;
    task.Family = { 'Fn::Sub': `\${AWS::StackName}-shop-1D0FD508` };
    task.ContainerDefinitions[0].Image = {
      'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.amazonaws.com/acme-shop:${commit}`,
    };
    expected.DomainRecord.Properties.Name = domain;
    const rule = expected.ListenerRule.Properties;
    rule.Actions[0].TargetGroupArn = { Ref: 'TargetGroup1D0FD508' };
    rule.Conditions[0].HostHeaderConfig.Values = [domain];
    rule.Priority = 21_001;
    for (const [name, value] of Object.entries(expected)) {
      expect(after.Resources[`${name}1D0FD508`]).toEqual(value);
    }
  });

  test('every section but Resources and Metadata is as it was', () => {
    for (const name of Object.keys(before)) {
      if (name !== 'Resources') expect(after[name]).toEqual(before[name]);
    }
  });

  test('each preview begins with the comment by which people know it', () => {
    expect(
      text.match(/^ {2}#\n {2}# AUTO GENERATED PREVIEW DEPLOYMENT [0-9A-F]{8}\n {2}#$/gm),
    ).toHaveLength(2);
    expect(text).toContain(
      `      Priority: 21002 # Host header = f4436797.shop.\${Environment}.acme.example\n`,
    );
  });

  test('is the same text again when rendered from what it says itself', () => {
    const again = read(text);
    expect(again.base).toBe(shop);
    expect(again.render({ previews: [preview(), second], held: [] })).toBe(text);
  });
});

describe('what a template remembers', () => {
  test('comes back as it was put in, whatever characters it holds, and is ASCII', () => {
    const { values: _, ...entry } = preview({
      url: 'https://a.example/?a=b',
      expiresAt: '2026-01-09T03:04:05.000Z',
      requested: true,
    });
    const text = read(shop).render({
      previews: [{ ...entry, values: preview().values }],
      held: [held],
    });
    expect(readSharedTemplate(text, 'deployed', []).state).toEqual({
      previews: [entry],
      held: [held],
    });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('a template without previews is the original itself, and remembers nothing', () => {
    expect(read(shop).render({ previews: [], held: [] })).toBe(shop);
    expect(read(shop).state).toEqual({ previews: [], held: [] });
  });

  test('one that only holds back a preview still remembers that', () => {
    const text = read(shop).render({ previews: [], held: [held] });
    expect(read(text).state.held).toEqual([held]);
    expect(read(text).base).toBe(shop);
  });

  test('a revision is a resource that changes with the memory alone', () => {
    const render = (attempts: number) =>
      understood(read(shop).render({ previews: [], held: [{ ...held, attempts }], revision: true }))
        .Resources.UnderstudyRevision;
    expect(render(1).Type).toBe('AWS::CloudFormation::WaitConditionHandle');
    expect(render(1)).toEqual(render(1));
    expect(render(1)).not.toEqual(render(2));
  });

  test('edits of people in it are refused, not guessed at', () => {
    const text = read(shop).render({ previews: [preview()], held: [] });
    expect(() => read(text.replace('# <<< understudy\n', ''))).toThrow('has been edited');
    expect(() => read(text.replace('{"service"', '{service'))).toThrow('has been edited');
    expect(() => read(`${shop}\nMetadata:\n  Understudy: { Version: 9 }\n`)).toThrow(
      'has been edited',
    );
  });
});

describe('facts for allocation and limits', () => {
  test('rules with their priority and listener, numbers taken, counts', () => {
    const template = read(shop);
    expect(template.rules).toEqual([
      {
        service: 'shop',
        logicalId: 'ListenerRule',
        priority: 21_000,
        listener: { 'Fn::ImportValue': { 'Fn::Sub': `\${LoadBalancerStack}-Listener` } },
      },
    ]);
    expect(template.takenPriorities).toEqual([21_000, 17]);
    expect(template.resourceCount).toBe(16);
    expect(template.clonesPerPreview.get('shop')).toBe(5);
    expect([template.targetGroups, template.targetGroupsPerPreview.get('shop')]).toEqual([1, 1]);
  });

  test('a logical id tells whose it is', () => {
    const template = read(shop);
    const original = template.locate('TargetGroup', []);
    expect(original).toMatchObject({ line: expect.any(Number) });
    expect(template.locate('TargetGroupF4436797', [preview(), second])).toEqual(original);
    expect(template.locate('TargetGroupF4436797', [preview()])).toBeUndefined();
  });
});

describe('faults', () => {
  const template = read(shop);

  test.each([
    [preview({ values: { id: '1d0fd508' } }), 'there is no value for {sha}'],
    [preview({ image: '' }), 'is no tag of an image'],
    [preview({ image: 'a b' }), 'is no tag of an image'],
    [preview({ priorities: [] }), '0 priorities for 1 listener rules'],
    [preview({ priorities: [50_001] }), '50001 is no priority'],
    [preview({ id: 'x"\n' }), 'is not of letters and digits'],
    [preview({ service: 'other' }), 'no service other'],
  ])('a preview that cannot be rendered is told apart from the others: %#', (faulty, why) => {
    expect(template.faultOf(faulty)).toContain(why);
    expect(template.faultOf(preview())).toBeUndefined();
    expect(() => template.render({ previews: [faulty], held: [] })).toThrow(why);
  });

  test('two previews with one id are refused', () => {
    expect(() => template.render({ previews: [preview(), preview()], held: [] })).toThrow(
      'same id',
    );
  });

  test('a domain of attackers’ text is refused', () => {
    const branchy = read(shop, { domain: '{branch}.acme.example' });
    const evil = preview({ values: { ...preview().values, branch: 'a"\n  - b' } });
    expect(branchy.faultOf(evil)).toContain('is no domain');
  });

  test('all problems of the settings come at once, with the name that was meant', () => {
    const over = { resources: ['Servise', 'TargetGrup'], outputs: ['Url'], containers: ['web'] };
    expect(() => read(shop, over)).toThrow(
      /it has Service[\s\S]*it has TargetGroup[\s\S]*web[\s\S]*no output Url/,
    );
  });

  test('what two services would both clone is named', () => {
    const other = { service: 'other', settings: { ...settings, resources: ['ProductionRule'] } };
    expect(() => readSharedTemplate(shop, 'x', [rules({ resources: ['Service'] }), other])).toThrow(
      'shop and other would both clone TargetGroup',
    );
  });

  test.each([
    ['a: [', 'cannot be read'],
    ['a: 1\n---\nb: 2\n', 'cannot be read'],
    ['- a\n', 'not a map'],
    ['', 'not a map'],
    ['Resources:\n  A: 1\n  A: 2\n', 'cannot be read'],
  ])('%j is no template', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});

function pick(resources: Read): Read {
  return Object.fromEntries(settings.resources.map((name) => [name, resources[name]]));
}
