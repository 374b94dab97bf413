import { describe, expect, test } from '@jest/globals';
import { instant } from '../../../../../src/core/time.ts';
import {
  decideFile,
  type FileFacts,
} from '../../../../../src/targets/cloudformation/expand/decide/decide-file.ts';
import type { EntryDecision } from '../../../../../src/targets/cloudformation/expand/decide/decide-set.ts';
import { readSharedTemplate } from '../../../../../src/targets/cloudformation/expand/render/shared-template.ts';
import { commit, entry, wanted } from '../entries.ts';
import { expandSettings, settings } from '../shared-settings.ts';

const template = `Resources:
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      Priority: 12001
      Conditions: [{ Field: host-header, HostHeaderConfig: { Values: [a.example.com] } }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Group }]
`;

function decision(
  id: string,
  verdict: EntryDecision['verdict'],
  given: Partial<EntryDecision> = {},
): EntryDecision {
  return {
    key: `web ${id}`,
    part: 'web',
    id,
    pullRequest: 1,
    verdict,
    reason: '',
    wanted: wanted({ id, values: { id } }),
    ...given,
  };
}

function facts(entries: readonly EntryDecision[], given: Partial<FileFacts> = {}): FileFacts {
  const expand = expandSettings({
    resources: ['Rule'],
    priorities: { from: 12001, to: 12003 },
  });
  return {
    template: readSharedTemplate(template, 't', [{ service: 'web', settings: expand }]),
    parts: [{ name: 'web', shortName: 'web', service: 'web', settings: settings(), expand }],
    decision: { entries, others: [], held: [] },
    deployed: { previews: [], held: [] },
    taken: [],
    baseChanged: false,
    addressFor: () => undefined,
    occasion: 'none',
    now: instant(0),
    ...given,
  };
}

describe('what goes into a shared text', () => {
  test('numbers that the template or the listener have are not given away', () => {
    const { previews } = decideFile(facts([decision('aa', 'add')], { taken: [12002] }));
    expect(previews).toMatchObject([{ id: 'aa', priorities: [12003] }]);
  });

  test('a preview keeps its number, and one that goes keeps it until it is gone', () => {
    const deployed = {
      previews: [
        entry({ id: 'aa', priorities: [12003] }),
        entry({ id: 'bb', priorities: [12002] }),
      ],
      held: [],
    };
    const [first, second] = deployed.previews;
    const entries = [
      decision('aa', 'update', first ? { entry: first } : {}),
      decision('bb', 'remove', second ? { entry: second } : {}),
      decision('cc', 'add'),
    ];
    const { previews, decision: decided } = decideFile(facts(entries, { deployed }));
    expect(previews).toMatchObject([{ id: 'aa', priorities: [12003] }]);
    expect(decided.entries.at(-1)).toMatchObject({
      verdict: 'wait',
      reason: expect.stringContaining('no listener priority is left'),
    });
  });

  test('a full range is an error for the occasion, and for it alone', () => {
    const full = { taken: [12002, 12003] };
    const entries = [decision('aa', 'add')];
    expect(decideFile(facts(entries, full)).previews).toEqual([]);
    expect(() => decideFile(facts(entries, { ...full, occasion: 'aa' }))).toThrow('no listener');
  });

  test('a preview with a fault of its own waits, and says which', () => {
    const bad = wanted({ id: 'aa', values: { id: 'aa' }, image: 'no tag' });
    const entries = [decision('aa', 'add', { wanted: bad }), decision('bb', 'add')];
    const { previews, decision: decided } = decideFile(facts(entries));
    expect(previews.map(({ id }) => id)).toEqual(['bb']);
    expect(decided.entries[0]?.verdict).toBe('wait');
  });

  test('what stays is carried over, and made anew only when the template changed', () => {
    const there = entry({ id: 'aa', expiresAt: '2027-01-01T00:00:00.000Z' });
    const entries = [decision('aa', 'keep', { entry: there })];
    const deployed = { previews: [there], held: [] };
    expect(decideFile(facts(entries, { deployed }))).toMatchObject({ previews: [], kept: [there] });
    const anew = decideFile(facts(entries, { deployed, baseChanged: true }));
    expect(anew).toMatchObject({ kept: [], previews: [{ expiresAt: there.expiresAt }] });
  });

  test('one that waits or is held keeps what runs, and others of the stack are carried over', () => {
    const there = entry({ id: 'aa', commit: commit('b') });
    const foreign = entry({ id: 'ff', service: 'api', repository: 'acme/api' });
    const entries = [decision('aa', 'held', { entry: there }), decision('bb', 'wait')];
    const decided = { entries, others: [foreign], held: [] };
    expect(decideFile(facts(entries, { decision: decided })).kept).toEqual([foreign, there]);
  });

  test('over 500 resources the youngest waits', () => {
    const many = Array.from({ length: 496 }, (_, n) => `  T${n}: { Type: AWS::SNS::Topic }\n`);
    const expand = expandSettings({ resources: ['Rule'] });
    const large = readSharedTemplate(template + many.join(''), 't', [
      { service: 'web', settings: expand },
    ]);
    const entries = [decision('aa', 'add'), decision('bb', 'add')];
    const { previews, decision: decided } = decideFile(facts(entries, { template: large }));
    expect(previews.map(({ id }) => id)).toEqual(['aa']);
    expect(decided.entries[1]).toMatchObject({
      verdict: 'wait',
      reason: expect.stringContaining('1 previews fit'),
    });
  });
});
