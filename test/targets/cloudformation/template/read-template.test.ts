import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { readTemplate } from '../../../../src/targets/cloudformation/template/read-template.ts';

const web = `AWSTemplateFormatVersion: '2010-09-09'
Description: A web service
Parameters:
  ImageTag: { Type: String, AllowedValues: [a, 'b'] }
  Secret: { Type: String, NoEcho: true, Default: "" }
  Port: { Type: Number, Default: 0080 }
Conditions:
  IsPublic: !Equals [!Ref ImageTag, a]
Resources:
  Queue: # first
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub '\${AWS::StackName}-\${ImageTag}-\${!Literal}'
      Tags:
        - { Key: a, Value: b }
        - Key: c
          Value: !GetAtt Topic.TopicName
  Topic:
    Type: AWS::SNS::Topic
    Condition: IsPublic
    DependsOn: [Parameter]
  Parameter:
    Type: AWS::SSM::Parameter
    DependsOn: Role
    Properties:
      Value: { "Fn::Sub": ["\${x}\${Port}", { x: { Ref: "AWS::Region" } }] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Condition: { StringEquals: { 'a:b': !If [IsPublic, c, !Ref Secret] } } }]
Outputs:
  Url: { Value: !Ref Queue, Condition: IsPublic }
`;

/** `line:column message`, in order. */
function faults(text: string): string[] {
  try {
    readTemplate(text, 'infra/preview.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.problems.every(({ hint, location }) => hint && location?.file)).toBe(true);
    return error.problems.map(
      ({ message, location }) => `${location?.line}:${location?.column} ${message}`,
    );
  }
}

const resource = (body: string) => `Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n${body}`;

describe('a template that is right', () => {
  const facts = readTemplate(web, 'infra/preview.yaml');

  test('says what its parameters are, with defaults as they are written', () => {
    expect(facts.parameters).toEqual([
      { name: 'ImageTag', type: 'String', noEcho: false, allowedValues: ['a', 'b'] },
      { name: 'Secret', type: 'String', noEcho: true, default: '' },
      { name: 'Port', type: 'Number', noEcho: false, default: '0080' },
    ]);
  });

  test('lists resources with type and line, in order', () => {
    expect([...facts.resources]).toEqual([
      ['Queue', { type: 'AWS::SQS::Queue', line: 10 }],
      ['Topic', { type: 'AWS::SNS::Topic', line: 18 }],
      ['Parameter', { type: 'AWS::SSM::Parameter', line: 22 }],
      ['Role', { type: 'AWS::IAM::Role', line: 27 }],
    ]);
    expect(facts.transforms).toBe(false);
    expect(facts.localReferences).toEqual([]);
  });

  test.each([
    ['Queue', undefined, 10],
    ['Queue', 'QueueName', 13],
    ['Queue', 'Tags', 14],
    ['Queue', 'Tags.1.Value', 17],
    ['Queue', '/Tags/1/Value', 17],
    ['Queue', '#/Properties/Tags/0', 15],
    ['Queue', 'Tags/7/Value', 14],
    ['Queue', 'Nothing', 10],
    ['Topic', 'TopicName', 18],
    ['Nobody', undefined, undefined],
  ])('has %s %s on line %s', (logicalId, property, line) => {
    expect(facts.lineOf(logicalId, property)).toBe(line);
  });

  test('may be JSON, indented by tabs, with a mark of byte order', () => {
    const json = '\uFEFF{\n\t"Resources": {\n\t\t"Queue": { "Type": "AWS::SQS::Queue" }\n\t}\n}\n';
    expect([...readTemplate(json, 'a.json').resources]).toEqual([
      ['Queue', { type: 'AWS::SQS::Queue', line: 3 }],
    ]);
  });

  test('may use anchors and aliases', () => {
    const text =
      'Metadata:\n  Base: &queue { Type: AWS::SQS::Queue }\nResources:\n  A: *queue\n  B: &b\n    Type: AWS::SNS::Topic\n  C: *b\n';
    expect([...readTemplate(text, 'a.yaml').resources.values()].map(({ type }) => type)).toEqual([
      'AWS::SQS::Queue',
      'AWS::SNS::Topic',
      'AWS::SNS::Topic',
    ]);
  });

  test('may name what a macro adds', () => {
    const text = `Transform: AWS::Serverless-2016-10-31\nGlobals: { Function: {} }\n${resource('')}Outputs:\n  Api: { Value: !Ref ServerlessRestApi }\n`;
    expect(readTemplate(text, 'a.yaml').transforms).toBe(true);
  });

  test('may loop, and name what the loop makes', () => {
    const text = `Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Queues:\n    - Name\n    - [A, B]\n    - "Queue\${Name}": { Type: AWS::SQS::Queue }\nOutputs:\n  A: { Value: !Ref QueueA }\n`;
    expect(readTemplate(text, 'a.yaml').resources.size).toBe(0);
  });
});

describe('a template with faults', () => {
  test.each([
    ['', ['1:1 the template is no mapping of sections such as Resources']],
    ['- a\n', ['1:1 the template is no mapping of sections such as Resources']],
    ['Description: a\n', ['1:1 the template has no section Resources']],
    ['Resources: {}\n', ['1:1 Resources lists no resource; CloudFormation wants at least one']],
    [
      'Resources:\n  A:\n  B: { Properties: {} }\n',
      ['2:3 the resource A is no mapping', '3:3 the resource B has no Type'],
    ],
    [
      'Resources:\n  my-queue: { Type: AWS::SQS::Queue }\n',
      ['2:3 "my-queue" in Resources is no logical id; it has letters and digits only, at most 255'],
    ],
    [
      resource('    Properties: {}\n    Properties: {}\n'),
      ['5:5 a key is given twice; CloudFormation would use one of them without a word'],
    ],
    [
      resource('  Queue: { Type: A }\n'),
      ['4:3 a key is given twice; CloudFormation would use one of them without a word'],
    ],
    [
      `Parameter: {}\n${resource('')}`,
      [
        '1:1 CloudFormation knows no section "Parameter". Did you mean Parameters? Allowed: AWSTemplateFormatVersion, Conditions, Description, Hooks, Mappings, Metadata, Outputs, Parameters, Resources, Rules, Transform',
      ],
    ],
    [
      resource('    Properties: { QueueName: !Ref Qeue }\n'),
      ['4:35 the template has no resource or parameter "Qeue". Did you mean Queue?'],
    ],
    [
      resource('    Properties: { QueueName: { Ref: AWS::Regoin } }\n'),
      ['4:30 the template has no resource or parameter "AWS::Regoin". Did you mean AWS::Region?'],
    ],
    [
      resource('    Properties: { QueueName: !GetAtt [Zzz, Arn] }\n'),
      ['4:38 the template has no resource "Zzz".'],
    ],
    [
      resource(`    Properties: { QueueName: !Sub "a-\${Zzz}-\${Xyz.Arn}" }\n`),
      [
        '4:35 the template has no resource or parameter "Zzz".',
        '4:35 the template has no resource "Xyz".',
      ],
    ],
    [
      resource('    DependsOn: [Queue, Tpoic]\n    Condition: Never\n'),
      ['4:24 the template has no resource "Tpoic".', '5:16 the template has no condition "Never".'],
    ],
    [
      resource('    Properties: { QueueName: !If [Never, a, b] }\n'),
      ['4:34 the template has no condition "Never".'],
    ],
    [
      resource('    Properties: { QueueName: !Reff Queue }\n'),
      ['4:36 CloudFormation knows no function !Reff. Did you mean !Ref?'],
    ],
    [
      resource('    Properties: *nobody\n'),
      ['4:17 *nobody refers to an anchor that does not exist above it'],
    ],
    [
      'Resources:\n  A: { Type: [ }\n',
      [expect.stringMatching(/^2:\d+ this is neither valid YAML nor JSON: /)],
    ],
  ])('says so of %j', (text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  test('has them all said at once, in the order of the lines', () => {
    const text = 'Outputs:\n  A: { Value: !Ref B }\nResources:\n  C: {}\nFoo: 1\n';
    expect(faults(text).map((fault) => fault.split(':')[0])).toEqual(['2', '4', '5']);
  });

  test('has more resources, parameters or outputs than CloudFormation takes', () => {
    const many = (count: number, line: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => line(n)).join('');
    const text =
      `Resources:\n${many(501, (n) => `  R${n}: { Type: AWS::SQS::Queue }\n`)}` +
      `Parameters:\n${many(201, (n) => `  P${n}: { Type: String }\n`)}` +
      `Outputs:\n${many(201, (n) => `  O${n}: { Value: a }\n`)}`;
    expect(faults(text)).toEqual([
      '502:3 the template has 501 resources; CloudFormation takes 500 at most',
      '704:3 the template has 201 parameters; CloudFormation takes 200 at most',
      '906:3 the template has 201 outputs; CloudFormation takes 200 at most',
    ]);
  });

  test('ends neither by nesting without end nor by aliases that multiply', () => {
    expect(faults('['.repeat(100_000))).toHaveLength(1);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'])
      bomb.push(`${to}: &${to} [${`*${from}, `.repeat(9)}]`);
    expect(faults(`Metadata:\n  ${bomb.join('\n  ')}\n${resource('')}`)).toEqual([]);
  });
});
