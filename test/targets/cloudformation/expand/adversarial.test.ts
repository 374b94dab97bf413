// biome-ignore-all lint/suspicious/noTemplateCurlyInString: substitutions of CloudFormation, not of JavaScript

import { describe, expect, test } from '@jest/globals';
import { commit, expanded, preview, type Read, read, understood } from './expanding.ts';

const id = '1D0FD508';
const only = (...resources: string[]) => ({ resources });

/** A template with these resources, at two spaces. */
const resources = (...lines: string[]) =>
  `Resources:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const of = (read: Read, name: string) => read.Resources[name + id];

describe('where previews are put', () => {
  test('inside Resources, not into the section that follows (B5)', () => {
    const text = `${resources('Rule:', '  Type: AWS::SNS::Topic', '  Properties: {}')}\nOutputs:\n  A: { Value: 1 }\n`;
    const result = expanded(text, only('Rule'));
    expect(Object.keys(result.Resources)).toEqual(['Rule', `Rule${id}`]);
    expect(Object.keys(result.Outputs)).toEqual(['A']);
  });

  const tail = '  Last:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: x';
  const head = 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: {}\n';
  test.each([
    ['ends without a line break', `${head}${tail}`],
    ['ends in blank lines', `${head}${tail}\n\n  \n\n`],
    [
      'ends in comments',
      `${head}${tail} # same line\n    # of Last\n\n  # of Resources\n# of the file\n`,
    ],
    ['has CRLF', `${head}${tail}\n`.replaceAll('\n', '\r\n')],
    ['has CRLF and no last break', `${head}${tail}`.replaceAll('\n', '\r\n')],
    ['begins with a byte order mark', `\uFEFF${head}${tail}\n`],
    ['begins and ends as a document', `%YAML 1.1\n---\n${head}${tail}\n...\n`],
    ['has Resources first', `${head}${tail}\nOutputs:\n  Url:\n    Value: !Ref Topic\n`],
    ['has Metadata in block style', `Metadata:\n  Other: 1 # mine\n${head}${tail}\n`],
    ['has Metadata after Resources', `${head}${tail}\nMetadata:\n    Other:\n        - 1`],
    ['has Metadata in braces', `Metadata: { Other: 1 }\n${head}${tail}\n`],
    ['has Metadata in empty braces', `Metadata: { }\n${head}${tail}\n`],
    ['has Metadata without a value', `Metadata: # later\n${head}${tail}\n`],
    ['has Metadata without a value at its end', `${head}${tail}\nMetadata:`],
    ['has trailing spaces', `${head.replaceAll('\n', '  \n')}${tail}   \n`],
    [
      'ends in a literal that keeps blank lines',
      `${head}  Last:\n    Type: X\n    Note: |+\n      a\n\n\n`,
    ],
    [
      'ends in a literal with what looks like comments',
      `${head}  Last:\n    Type: X\n    Note: |\n      a\n      # b\n`,
    ],
    [
      'ends in a literal without a line break',
      `${head}  Last:\n    Type: X\n    Note: |-\n      a`,
    ],
    [
      'has sections in braces',
      `{ Resources: { Topic: { Type: X, Properties: { } }, Last: { Type: Y } } }\n`,
    ],
    [
      'has braces with a comma at the end',
      `Resources: {\n  Topic: { Type: X, Properties: {}, },\n  Last: { Type: Y }, # last\n}\n`,
    ],
    ['has quoted keys', `"Resources":\n  'Topic':\n    "Type": X\n    'Properties': {}\n`],
    ['has keys with question marks', 'Resources:\n  ? Topic\n  : Type: X\n    Properties: {}\n'],
    [
      'has resources at no indentation worth the name',
      'Resources:\n Topic:\n  Type: X\n  Properties: {}\n',
    ],
  ])('a template that %s is restored byte for byte', (_, text) => {
    const before = understood(text);
    const result = expanded(text, only('Topic'));
    expect(of(result, 'Topic')).toEqual(before.Resources.Topic);
    delete result.Resources[`Topic${id}`];
    delete result.Metadata.Understudy;
    if (!before.Metadata) delete result.Metadata;
    if (!before.Metadata) delete before.Metadata;
    expect(result).toEqual(before);
  });

  test.each([['\t'], ['  '], ['']])('JSON with indentation %j stays JSON', (indent) => {
    const template = {
      Parameters: { A: { Type: 'String' } },
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'A' } } },
        Sub: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' } } },
      },
      Outputs: { Name: { Value: { 'Fn::GetAtt': ['Topic', 'TopicName'] } } },
    };
    const text = JSON.stringify(template, undefined, indent);
    const over = { ...only('Topic', 'Sub'), outputs: ['Name'] };
    const rendered = read(text, over).render({
      previews: [preview({ priorities: [] }), preview({ priorities: [], id: 'f4436797' })],
      held: [],
      revision: true,
    });
    const result = JSON.parse(rendered);
    expect(result.Resources[`Sub${id}`].Properties.TopicArn).toEqual({ Ref: `Topic${id}` });
    expect(result.Resources[`Topic${id}`].Properties.TopicName).toEqual({
      'Fn::Sub': `\${A}-${id}`,
    });
    expect(result.Outputs[`Name${id}`].Value).toEqual({
      'Fn::GetAtt': [`Topic${id}`, 'TopicName'],
    });
    expect(read(rendered, over).base).toBe(text);
    expect(read(rendered, over).state.previews).toHaveLength(2);
  });
});

describe('references', () => {
  const service = (...lines: string[]) =>
    resources(
      'TaskDefinition:',
      '  Type: AWS::ECS::TaskDefinition',
      '  Properties: {}',
      'TargetGroup:',
      '  Type: AWS::ElasticLoadBalancingV2::TargetGroup',
      '  Properties: {}',
      'Service:',
      '  Type: AWS::ECS::Service',
      '  DependsOn: [TargetGroup, Cluster]',
      '  Properties:',
      ...lines.map((line) => `    ${line}`),
      'Cluster:',
      '  Type: AWS::ECS::Cluster',
    );
  const properties = (...lines: string[]) =>
    of(expanded(service(...lines), only('Service')), 'Service').Properties;

  test('a comment behind a reference stays a comment, an attribute stays one, spaces do no harm (B8)', () => {
    expect(
      properties(
        'A: !Ref TaskDefinition # main',
        'B: !GetAtt TargetGroup.TargetGroupArn',
        'C: !Ref   TaskDefinition   ',
      ),
    ).toMatchObject({
      A: { Ref: `TaskDefinition${id}` },
      B: { 'Fn::GetAtt': [`TargetGroup${id}`, 'TargetGroupArn'] },
      C: { Ref: `TaskDefinition${id}` },
    });
  });

  test('every way of writing one leads to the clone', () => {
    expect(
      properties(
        'A: { Ref: TaskDefinition }',
        'B: { "Fn::GetAtt": [TargetGroup, TargetGroupArn] }',
        'C: { "Fn::GetAtt": TargetGroup.Arn }',
        "D: !GetAtt ['TargetGroup', Arn]",
        'E: !Ref "TaskDefinition"',
        'F: !If [Is, !Ref TaskDefinition, !Ref AWS::NoValue]',
        'G:',
        '  Fn::If:',
        '    - Is',
        '    - Fn::Sub: "${TargetGroup.Arn}/x"',
        '    - Ref: Cluster',
      ),
    ).toMatchObject({
      A: { Ref: `TaskDefinition${id}` },
      B: { 'Fn::GetAtt': [`TargetGroup${id}`, 'TargetGroupArn'] },
      C: { 'Fn::GetAtt': `TargetGroup${id}.Arn` },
      D: { 'Fn::GetAtt': [`TargetGroup${id}`, 'Arn'] },
      E: { Ref: `TaskDefinition${id}` },
      F: { 'Fn::If': ['Is', { Ref: `TaskDefinition${id}` }, { Ref: 'AWS::NoValue' }] },
      G: { 'Fn::If': ['Is', { 'Fn::Sub': `\${TargetGroup${id}.Arn}/x` }, { Ref: 'Cluster' }] },
    });
  });

  test('Sub: literals, variables of its own, maps and multi-line texts', () => {
    expect(
      properties(
        'A: !Sub "${!TargetGroup} ${TargetGroup} ${AWS::Region} ${Cluster}"',
        'B: !Sub ["${TargetGroup} ${TaskDefinition.Arn}", { TargetGroup: !Ref TargetGroup }]',
        'C: !Sub |',
        '  - !Ref TargetGroup',
        '  # ${TargetGroup}',
        "  it's ${TaskDefinition.Arn}",
        'D: !Sub >-',
        '  folded',
        '  ${TargetGroup}',
        'E: !Sub "esc\\u0061ped \\u0024{TargetGroup}"',
        'F: ${TargetGroup} stays in a text',
        "G: !Sub 'it''s ${TargetGroup}'",
        'H: !Sub plain ${TargetGroup}',
      ),
    ).toMatchObject({
      A: { 'Fn::Sub': `\${!TargetGroup} \${TargetGroup${id}} \${AWS::Region} \${Cluster}` },
      B: {
        'Fn::Sub': [
          `\${TargetGroup} \${TaskDefinition${id}.Arn}`,
          { TargetGroup: { Ref: `TargetGroup${id}` } },
        ],
      },
      C: {
        'Fn::Sub': `- !Ref TargetGroup\n# \${TargetGroup${id}}\nit's \${TaskDefinition${id}.Arn}\n`,
      },
      D: { 'Fn::Sub': `folded \${TargetGroup${id}}` },
      E: { 'Fn::Sub': `escaped \${TargetGroup${id}}` },
      F: `\${TargetGroup} stays in a text`,
      G: { 'Fn::Sub': `it's \${TargetGroup${id}}` },
      H: { 'Fn::Sub': `plain \${TargetGroup${id}}` },
    });
  });

  test('texts that look like references are texts', () => {
    const looks = properties(
      'A: |',
      '  !Ref TargetGroup',
      '  Ref: TaskDefinition',
      'B: "!Ref TargetGroup"',
    );
    expect(looks).toMatchObject({
      A: '!Ref TargetGroup\nRef: TaskDefinition\n',
      B: '!Ref TargetGroup',
    });
  });

  test('a parameter named like a property or resource is left alone (B8)', () => {
    const text = `Parameters:\n  Service:\n    Type: String\n${service('A: !Ref TargetGroup')}`;
    const result = expanded(text, only('Service'));
    expect(result.Parameters).toEqual({ Service: { Type: 'String' } });
    expect(of(result, 'Service').DependsOn).toEqual([`TargetGroup${id}`, 'Cluster']);
  });

  test('clusters, roles and the like are shared, unless they are named', () => {
    const text = service('A: !Ref Cluster', 'B: !Ref TargetGroup');
    expect(read(text, only('Service')).cloneIds('shop', 'a1')).toEqual([
      'TargetGroupA1',
      'ServiceA1',
    ]);
    expect(read(text, only('Service', 'Cluster')).cloneIds('shop', 'a1')).toContain('ClusterA1');
  });
});

describe('anchors', () => {
  const shared = [
    'Base:',
    '  Type: X',
    '  Properties: &base',
    '    Group: !Ref Group',
    '    Plain: &plain { a: [1, "2"] }',
    'Group:',
    '  Type: AWS::ElasticLoadBalancingV2::TargetGroup',
    '  Properties: { Name: &name group }',
  ];

  test('what an alias stands for is written out, with the changes of its own place', () => {
    const text = resources(
      ...shared,
      'Service:',
      '  Type: AWS::ECS::Service',
      '  Properties:',
      '    <<: *base',
      '    Copy: *base',
      '    Plain: *plain',
      '    Label: *name',
      '    ServiceName: &own shop',
      '    Again: *own',
      'After: { Type: X, Properties: { A: *own, B: *name } }',
    );
    const result = expanded(text, only('Service', 'Group'));
    expect(of(result, 'Service').Properties).toEqual({
      Group: { Ref: `Group${id}` },
      Plain: { a: [1, '2'] },
      Copy: { Group: { Ref: `Group${id}` }, Plain: { a: [1, '2'] } },
      Label: 'group',
      ServiceName: `shop-${id}`,
      Again: 'shop',
      Tags: [{ Key: 'preview', Value: id }],
    });
    expect(of(result, 'Group').Properties.Name).toBe(`group-${id}`);
    expect(result.Resources.After.Properties).toEqual({ A: 'shop', B: 'group' });
  });

  test('an anchor that is defined twice is no trap', () => {
    const text = resources(
      'Topic: { Type: X, Properties: { A: &a 1, B: *a } }',
      'Other: { Type: X, Properties: { A: &a 2, B: *a } }',
    );
    expect(of(expanded(text, only('Topic')), 'Topic').Properties).toEqual({ A: 1, B: 1 });
  });

  test('a resource that is an alias as a whole can be cloned', () => {
    const text = resources(
      'A: &a',
      '  Type: AWS::SNS::Topic',
      '  Properties: { TopicName: t }',
      'B: *a',
    );
    expect(of(expanded(text, only('B')), 'B')).toEqual({
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: `t-${id}` },
    });
  });
});

describe('names and ids that YAML would read as numbers', () => {
  const text = resources(
    'Service:',
    '  Type: AWS::ECS::Service',
    '  Properties:',
    '    ServiceName: 2024',
    '    Tags: [{ Key: service, Value: s }]',
    '1e5:',
    '  Type: X',
    '  Properties: {}',
  );

  test.each([['83535058'], ['06944937'], ['168335e1'], ['36538e78'], ['12']])(
    '%s stays text',
    (number) => {
      const upper = number.toUpperCase();
      const result = expanded(text, only('Service', '1e5'), preview({ id: number }));
      expect(result.Resources[`Service${upper}`].Properties.Tags[1].Value).toBe(upper);
      expect(result.Resources[`Service${upper}`].Properties.ServiceName).toBe(`2024-${upper}`);
      expect(Object.keys(result.Resources)).toContain(`1e5${upper}`);
    },
  );

  test('the id of a pull request keeps its dash where that may be', () => {
    const result = expanded(text, only('Service'), preview({ id: 'pr-7' }));
    expect(result.Resources.ServicePR7.Properties).toMatchObject({
      ServiceName: '2024-PR-7',
      Tags: [{}, { Key: 'preview', Value: 'PR-7' }],
    });
  });
});

describe('names', () => {
  const name = (written: string) =>
    of(
      expanded(
        resources(
          'G:',
          '  Type: AWS::ElasticLoadBalancingV2::TargetGroup',
          '  Properties:',
          `    Name: ${written}`,
        ),
        only('G'),
      ),
      'G',
    ).Properties.Name;

  test.each([
    ['web', 'web-1D0FD508'],
    ['"web"', 'web-1D0FD508'],
    ["'web' # why", 'web-1D0FD508'],
    ['!Sub "${E}-web"', { 'Fn::Sub': `\${E}-web-${id}` }],
    ['!Sub ["${E}-web", {E: 1}]', { 'Fn::Sub': [`\${E}-web-${id}`, { E: 1 }] }],
    ['!Ref E', { 'Fn::Sub': `\${E}-${id}` }],
    ['!Ref AWS::NoValue', { Ref: 'AWS::NoValue' }],
    ['!If [A, x, !Ref AWS::NoValue]', { 'Fn::If': ['A', `x-${id}`, { Ref: 'AWS::NoValue' }] }],
    ['!Select [0, [a, b]]', { 'Fn::Join': ['', [{ 'Fn::Select': [0, ['a', 'b']] }, `-${id}`]] }],
    ['|-\n        web\n      Port: 1', 'web-1D0FD508'],
    ['!Sub "a-name-that-is-too-long-${AWS::Region}"', undefined],
  ])('%s', (written, expected) => {
    expect(name(written)).toEqual(expected);
  });

  test('one that would be longer than AWS allows is shortened, and two stay two', () => {
    const [a, b] = [
      name('a-target-group-of-thirty-chars-1'),
      name('a-target-group-of-thirty-chars-2'),
    ];
    expect(a).toMatch(/^a-target-group-of-.{0,8}-1D0FD508$/);
    expect(a.length).toBeLessThanOrEqual(32);
    expect(a).not.toBe(b);
  });
});

describe('images', () => {
  const task = (...containers: string[]) =>
    resources(
      'T:',
      '  Type: AWS::ECS::TaskDefinition',
      '  Properties:',
      '    ContainerDefinitions:',
      ...containers.map((line) => `      ${line}`),
    );
  const images = (text: string, over = {}, which = preview()) =>
    of(expanded(text, { ...only('T'), ...over }, which), 'T').Properties.ContainerDefinitions.map(
      (container: Read) => container.Image,
    );
  const one = (image: string, over = {}, which = preview()) =>
    images(task(`- Image: ${image}`), over, which)[0];

  test.each([
    ['acme/web:v1 # pinned', `acme/web:${commit}`],
    ["'acme/v1/web:v1'", `acme/v1/web:${commit}`],
    ['acme/web', `acme/web:${commit}`],
    ['nginx:1.2', `nginx:${commit}`],
    ['host:5000/web:1', `host:5000/web:${commit}`],
    ['host:5000/web', `host:5000/web:${commit}`],
    ['acme/web@sha256:0123', `acme/web:${commit}`],
    ['acme/web:v1@sha256:0123', `acme/web:${commit}`],
    [
      '!Sub "${AWS::AccountId}.dkr/web:${V}"',
      { 'Fn::Sub': `\${AWS::AccountId}.dkr/web:${commit}` },
    ],
    ['!Sub ["${R}:${V}", { V: 1 }]', { 'Fn::Sub': [`\${R}:${commit}`, { V: 1 }] }],
    [
      '!Join [":", [!Ref R, !Ref V]]',
      { 'Fn::Join': ['', [{ 'Fn::Join': [':', [{ Ref: 'R' }]] }, `:${commit}`]] },
    ],
    [
      '!Join ["", [!Ref A, ".dkr/web:", !Ref V]]',
      { 'Fn::Join': ['', [{ 'Fn::Join': ['', [{ Ref: 'A' }, '.dkr/web']] }, `:${commit}`]] },
    ],
    [
      '!GetAtt Repo.RepositoryUri',
      { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Repo', 'RepositoryUri'] }, `:${commit}`]] },
    ],
    ['!If [A, "x/a:1", "x/b:2"]', { 'Fn::If': ['A', `x/a:${commit}`, `x/b:${commit}`] }],
  ])('%s gets the version and nothing else changes (B10)', (written, expected) => {
    expect(one(written)).toEqual(expected);
  });

  test('a whole image replaces whatever stands there', () => {
    const over = { image: `\${AWS::AccountId}.dkr/web:{sha}` };
    expect(one('!Ref Image', over)).toEqual({ 'Fn::Sub': `\${AWS::AccountId}.dkr/web:${commit}` });
    const image = `acme/web@sha256:${'a'.repeat(64)}`;
    expect(one('acme/web:1', {}, preview({ image }))).toBe(image);
    expect(one('acme/web:1', {}, preview({ image: `sha256:${'b'.repeat(64)}` }))).toBe(
      `acme/web@sha256:${'b'.repeat(64)}`,
    );
  });

  test('one whose tag cannot be told is an error with its line, not a guess', () => {
    expect(() => one('!Ref Image')).toThrow('shared.yaml:6:');
  });

  const several = task(
    '- { Name: !Sub "${S}-web", Image: acme/web:1 }',
    '- { Name: proxy, Image: "acme/proxy:2" }',
    '- { Name: worker, Image: acme/web:1 }',
  );

  test('other containers keep their images (B6)', () => {
    expect(images(several)).toEqual([`acme/web:${commit}`, 'acme/proxy:2', `acme/web:${commit}`]);
    expect(images(several, { containers: ['proxy'] })).toEqual([
      'acme/web:1',
      `acme/proxy:${commit}`,
      'acme/web:1',
    ]);
    expect(images(several, { containers: [`\${S}-web`] })[0]).toBe(`acme/web:${commit}`);
    expect(images(several, { containers: ['web'] })[2]).toBe(`acme/web:${commit}`);
  });
});

describe('listener rules', () => {
  const rule = (...lines: string[]) =>
    of(
      expanded(
        resources(
          'R:',
          '  Type: AWS::ElasticLoadBalancingV2::ListenerRule',
          '  Properties:',
          ...lines.map((line) => `    ${line}`),
        ),
        { ...only('R'), domain: '{id}.acme.example' },
      ),
      'R',
    ).Properties;
  const host = { Field: 'host-header', HostHeaderConfig: { Values: ['1d0fd508.acme.example'] } };

  test('a priority may be a number, a text or a reference (B9)', () => {
    const conditions = 'Conditions: [{ Field: host-header, Values: [a, b] }]';
    for (const priority of ['12', '"12"', '!Ref P', '!Ref P # why']) {
      expect(rule(`Priority: ${priority}`, conditions)).toEqual({
        Priority: 21_001,
        Conditions: [{ Field: 'host-header', Values: ['1d0fd508.acme.example'] }],
      });
    }
  });

  test('a rule for paths only answers for the preview’s domain only', () => {
    const paths = { Field: 'path-pattern', Values: ['/api/*'] };
    const made = rule(
      'Priority: 1',
      'Conditions:',
      '  - Field: path-pattern',
      '    Values: ["/api/*"]',
    );
    expect(made.Conditions).toEqual([paths, host]);
  });

  test('hosts behind a condition are replaced too', () => {
    const made = rule(
      'Priority: 1',
      'Conditions:',
      '  - !If [A, { Field: host-header, HostHeaderConfig: { Values: !Ref L } }, !Ref AWS::NoValue]',
    );
    expect(made.Conditions[0]['Fn::If'][1]).toEqual(host);
  });
});

describe('what a service needs of its own', () => {
  const group = ['G:', '  Type: AWS::ElasticLoadBalancingV2::TargetGroup', '  Properties: {}'];
  const rule = [
    'R:',
    '  Type: AWS::ElasticLoadBalancingV2::ListenerRule',
    '  Properties:',
    '    Conditions: []',
    '    Actions: [{ TargetGroupArn: !Ref G }]',
  ];
  const listener = ['L:', '  Type: AWS::ElasticLoadBalancingV2::Listener', '  Properties: {}'];
  const service = (...lines: string[]) =>
    of(
      expanded(
        resources(
          ...group,
          ...rule,
          ...listener,
          'S:',
          '  Type: AWS::ECS::Service',
          '  Properties:',
          '    LoadBalancers: [{ TargetGroupArn: !Ref G }]',
          ...lines.map((line) => `  ${line}`),
        ),
        only('S', 'R'),
      ),
      'S',
    );

  test.each([
    ['says nothing', [], `R${id}`],
    ['waits for its rule', ['DependsOn: R'], `R${id}`],
    ['waits for its rule among others', ['DependsOn: [L, R]'], ['L', `R${id}`]],
    ['waits for a listener that is not cloned', ['DependsOn: L'], ['L', `R${id}`]],
    ['waits for something else', ['DependsOn: [X]'], ['X']],
  ])('one that %s waits for the rule that leads to it (B7)', (_, lines, expected) => {
    expect(service(...lines).DependsOn).toEqual(expected);
  });

  test.each([
    [[], [{ Key: 'preview', Value: id }]],
    [['  Tags: []'], [{ Key: 'preview', Value: id }]],
    [
      ['  Tags: [{ Key: a, Value: b }]'],
      [
        { Key: 'a', Value: 'b' },
        { Key: 'preview', Value: id },
      ],
    ],
    [
      ['  Tags:', '  - Key: a', '    Value: b # c'],
      [
        { Key: 'a', Value: 'b' },
        { Key: 'preview', Value: id },
      ],
    ],
    [['  Tags: [{ Key: preview, Value: none }]'], [{ Key: 'preview', Value: id }]],
  ])('a tag tells whose it is, however tags are written: %#', (lines, expected) => {
    expect(service(...lines).Properties.Tags).toEqual(expected);
  });

  test('it is not registered under the names of the original, and nothing of it is retained', () => {
    const made = service(
      '  ServiceRegistries: [{ RegistryArn: !GetAtt D.Arn }] # cloud map',
      '  ServiceConnectConfiguration: { Enabled: true, Services: [{ PortName: web }] }',
      'DeletionPolicy: Retain',
      'UpdateReplacePolicy: Retain',
    );
    expect(made).toEqual({
      Type: 'AWS::ECS::Service',
      DependsOn: `R${id}`,
      Properties: {
        LoadBalancers: [{ TargetGroupArn: { Ref: `G${id}` } }],
        ServiceConnectConfiguration: { Enabled: true },
        Tags: [{ Key: 'preview', Value: id }],
      },
    });
  });
});

describe('outputs', () => {
  test('tell of the clone, its domain, under a name of its own', () => {
    const text = `${resources(
      'Record:',
      '  Type: AWS::Route53::RecordSet',
      '  Condition: Live',
      '  Properties: { Name: !Ref Domain }',
    )}Outputs:
  Url:
    Description: where it is
    Condition: Live
    Value: !Sub "https://\${Domain}/\${Record}"
    Export: { Name: !Sub "\${AWS::StackName}-Url" }
  Other: { Value: !Ref Domain }
`;
    const result = expanded(text, { ...only('Record'), outputs: ['Url', 'Other'] });
    const domain = `1d0fd508.shop.\${Environment}.acme.example`;
    expect(of(result, 'Record')).toEqual({
      Type: 'AWS::Route53::RecordSet',
      Condition: 'Live',
      Properties: { Name: { 'Fn::Sub': domain } },
    });
    expect(result.Outputs[`Url${id}`]).toEqual({
      Description: 'where it is',
      Condition: 'Live',
      Value: { 'Fn::Sub': `https://${domain}/\${Record${id}}` },
      Export: { Name: { 'Fn::Sub': `\${AWS::StackName}-Url-${id}` } },
    });
    expect(result.Outputs[`Other${id}`]).toEqual({ Value: { 'Fn::Sub': domain } });
  });
});

describe('size', () => {
  test('96 previews fit into a template with 16 resources; a line of 100 kB does no harm (B9, B20)', () => {
    const many = Array.from(
      { length: 16 },
      (_, index) =>
        `R${index}: { Type: X, Properties: { A: "${index ? '' : 'x'.repeat(100_000)}" } }`,
    );
    const template = read(resources(...many), only('R0', 'R1', 'R2', 'R3', 'R4'));
    const previews = Array.from({ length: 96 }, (_, index) =>
      preview({ id: `a${index}`, priorities: [], pullRequest: index + 1 }),
    );
    const result = understood(template.render({ previews, held: [] }));
    expect(Object.keys(result.Resources)).toHaveLength(496);
  });
});
