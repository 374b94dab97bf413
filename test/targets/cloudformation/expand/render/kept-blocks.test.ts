import { describe, expect, test } from '@jest/globals';
import { readSharedTemplate } from '../../../../../src/targets/cloudformation/expand/render/shared-template.ts';
import type { RenderedPreview } from '../../../../../src/targets/cloudformation/expand/shared-state.ts';
import { commit, entry } from '../entries.ts';
import { expandSettings } from '../shared-settings.ts';

const yaml = `Resources:
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      Port: 80 # the port
  Worker:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: worker
Outputs:
  Url:
    Value: !Ref Group
`;
const json = `{
  "Resources": {
    "Group": { "Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": { "Port": 80 } },
    "Worker": { "Type": "AWS::ECS::Service", "Properties": { "ServiceName": "worker" } }
  },
  "Outputs": { "Url": { "Value": { "Ref": "Group" } } }
}
`;

const web = {
  service: 'web',
  settings: expandSettings({ resources: ['Group'], outputs: ['Url'] }),
};
const worker = { service: 'worker', settings: expandSettings({ resources: ['Worker'] }) };

function preview(service: string, id: string): RenderedPreview {
  return { ...entry({ service, id, priorities: [] }), values: { id, sha: commit('a') } };
}

describe.each([
  ['YAML', yaml],
  ['JSON', json],
])('previews that are carried over, in %s', (_, base) => {
  const all = [preview('web', 'aa11'), preview('worker', 'aa11'), preview('web', 'bb22')];
  const deployed = readSharedTemplate(base, 't', [web, worker]).render({ previews: all, held: [] });
  const { state } = readSharedTemplate(deployed, 't', []);

  test('stand in the text as they stood, without any rules to make them anew', () => {
    const blind = readSharedTemplate(deployed, 't', []);
    const kept = { entries: state.previews, from: deployed };
    expect(blind.render({ previews: [], held: [], kept })).toBe(deployed);
  });

  test.each([0, 1, 2])('one of them goes (%d), and takes nothing of the others along', (gone) => {
    const rest = all.filter((one) => one !== all[gone]);
    const wanted = readSharedTemplate(base, 't', [web, worker]).render({
      previews: rest,
      held: [],
    });
    const entries = state.previews.filter((_one, index) => index !== gone);
    const blind = readSharedTemplate(deployed, 't', []);
    expect(blind.render({ previews: [], held: [], kept: { entries, from: deployed } })).toBe(
      wanted,
    );
  });

  test('the revision is not taken for a part of the last', () => {
    const revised = readSharedTemplate(base, 't', [web, worker]).render({
      previews: all,
      held: [],
      revision: true,
    });
    const blind = readSharedTemplate(revised, 't', []);
    const kept = { entries: state.previews, from: revised };
    expect(blind.render({ previews: [], held: [], kept })).toBe(deployed);
  });

  test('a new preview joins them', () => {
    const again = readSharedTemplate(deployed, 't', [web, worker]);
    const joined = again.render({
      previews: [preview('web', 'cc33')],
      held: [],
      kept: { entries: state.previews, from: deployed },
    });
    const wanted = again.render({ previews: [...all, preview('web', 'cc33')], held: [] });
    expect(joined).toBe(wanted);
  });
});

test('a template that is indented differently takes nothing over', () => {
  const deployed = readSharedTemplate(yaml, 't', [web]).render({
    previews: [preview('web', 'aa11')],
    held: [],
  });
  const deeper = yaml.replaceAll('  ', '    ');
  const { state } = readSharedTemplate(deployed, 't', []);
  const template = readSharedTemplate(deeper, 't', []);
  const kept = { entries: state.previews, from: deployed };
  expect(() => template.render({ previews: [], held: [], kept })).toThrow('indented differently');
});
