import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '../../../../src/core/sha256.ts';
import type { UserError } from '../../../../src/core/user-error.ts';
import { packageTemplate } from '../../../../src/targets/cloudformation/template/package.ts';

const queue = 'Resources:\n  Queue: { Type: AWS::SQS::Queue }\n';
const nested = (location: string, name = 'Part') =>
  `  ${name}:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ${location} } # kept\n`;
const store = { bucket: 'templates', prefix: 'understudy', region: 'eu-west-1' };
const urlOf = (text: string) =>
  `https://templates.s3.eu-west-1.amazonaws.com/understudy/${sha256Hex(text)}.template`;

function pack(files: Record<string, string>, settings: Partial<typeof store> = store) {
  const reads: string[] = [];
  const read = async (path: string) => {
    reads.push(path);
    return files[path];
  };
  const path = Object.keys(files)[0] ?? '';
  const packaged = packageTemplate(
    { path, text: files[path] ?? '' },
    { read, store: { prefix: 'understudy', region: 'eu-west-1', ...settings } },
  );
  return packaged.then((result) => ({ ...result, reads }));
}

async function faults(files: Record<string, string>, settings?: Partial<typeof store>) {
  const error = await pack(files, settings).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return (error as UserError).message.split('\n');
}

describe('packaging', () => {
  test('leaves a template without local files as it is', async () => {
    const text = `# mine\r\nResources:\r\n  Q: { Type: "AWS::SQS::Queue" }   \r\n`;
    expect(await pack({ 'a.yaml': text })).toEqual({ text, uploads: [], reads: [] });
    const remote = `Resources:\n${nested('https://b.s3.amazonaws.com/k')}${nested('!Sub "https://x"', 'B')}`;
    expect((await pack({ 'a.yaml': remote })).text).toBe(remote);
  });

  test('replaces the path of a nested template, however it is written, and nothing else', async () => {
    for (const written of ['./part.yaml', '"part.yaml"', "'../infra/part.yaml'"]) {
      const text = `Resources:\n${nested(written)}`;
      const packaged = await pack({ 'infra/a.yaml': text, 'infra/part.yaml': queue });
      expect(packaged.text).toBe(text.replace(written, JSON.stringify(urlOf(queue))));
      expect(packaged.uploads).toEqual([
        {
          bucket: 'templates',
          key: `understudy/${sha256Hex(queue)}.template`,
          body: queue,
          contentType: 'application/yaml',
        },
      ]);
    }
  });

  test('replaces the path in a folded text', async () => {
    const text = `Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: >-\n        part.yaml\n  B: { Type: AWS::SQS::Queue }\n`;
    const { text: packaged } = await pack({ 'a.yaml': text, 'part.yaml': queue });
    expect(packaged).toBe(text.replace('>-\n        part.yaml', JSON.stringify(urlOf(queue))));
  });

  test('goes depth first, so that the hash of a template covers those below it', async () => {
    const middle = `Resources:\n${nested('deep/leaf.yaml')}`;
    const packagedMiddle = middle.replace('deep/leaf.yaml', JSON.stringify(urlOf(queue)));
    const { text, uploads } = await pack({
      'a.yaml': `Resources:\n${nested('sub/middle.yaml')}`,
      'sub/middle.yaml': middle,
      'sub/deep/leaf.yaml': queue,
    });
    expect(text).toContain(urlOf(packagedMiddle));
    expect(uploads.map(({ body }) => body)).toEqual([queue, packagedMiddle]);
  });

  test('uploads a file once that several name, and reads it once', async () => {
    const { text, uploads, reads } = await pack({
      'a.yaml': `Resources:\n${nested('p.yaml', 'A')}${nested('./p.yaml', 'B')}${nested('same.yaml', 'C')}`,
      'p.yaml': queue,
      'same.yaml': queue,
    });
    expect(text.split(urlOf(queue))).toHaveLength(4);
    expect(uploads).toHaveLength(1);
    expect(reads).toEqual(['p.yaml', 'same.yaml']);
  });

  test('gives serverless applications an address, and includes the form that the macro reads', async () => {
    const { text } = await pack({
      'a.yaml': `Transform: AWS::Serverless-2016-10-31
Resources:
  App: { Type: AWS::Serverless::Application, Properties: { Location: app.yaml } }
  Shop: { Type: AWS::Serverless::Application, Properties: { Location: { ApplicationId: a, SemanticVersion: 1.0.0 } } }
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: { "Fn::Transform": { Name: AWS::Include, Parameters: { Location: api.yaml } } }
      Other: !Transform { Name: AWS::Include, Parameters: { Location: api.yaml } }
    Metadata:
      Fn::Transform: { Name: AWS::Include, Parameters: { Location: api.yaml } }
      More: 1
`,
      'app.yaml': queue,
      'api.yaml': 'openapi: 3.0.0\n',
    });
    expect(text).toContain(`Location: ${JSON.stringify(urlOf(queue))}`);
    const included = `Location: "s3://templates/understudy/${sha256Hex('openapi: 3.0.0\n')}.template"`;
    expect(text.split(included)).toHaveLength(4);
  });

  test('packages JSON as JSON', async () => {
    const part = '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}';
    const { text, uploads } = await pack({
      'a.json':
        '{"Resources":{"A":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"b.json"}}}}',
      'b.json': part,
    });
    expect(JSON.parse(text).Resources.A.Properties.TemplateURL).toBe(urlOf(part));
    expect(uploads[0]?.contentType).toBe('application/json');
  });
});

describe('packaging says', () => {
  test('which files are not there, or not in the repository, all at once', async () => {
    const text = `Resources:\n${nested('gone.yaml', 'A')}${nested('../../etc/passwd', 'B')}${nested('/etc/passwd', 'C')}`;
    expect(await faults({ 'infra/a.yaml': text })).toEqual([
      'infra/a.yaml:4:32: A names infra/gone.yaml, and there is no such file in the commit',
      'infra/a.yaml:7:32: B names "../../etc/passwd", which is no file of the repository',
      'infra/a.yaml:10:32: C names "/etc/passwd", which is no file of the repository',
    ]);
  });

  test('that templates contain each other', async () => {
    const files = {
      'a.yaml': `Resources:\n${nested('b.yaml')}`,
      'b.yaml': `Resources:\n${nested('a.yaml')}`,
    };
    expect(await faults(files)).toEqual([
      'b.yaml:4:32: Part closes a circle of nested templates: a.yaml → b.yaml → a.yaml',
    ]);
  });

  test('what is wrong in a nested template, with its own file', async () => {
    const files = {
      'a.yaml': `Resources:\n${nested('b.yaml')}`,
      'b.yaml': 'Resources:\n  A: {}\n',
    };
    expect(await faults(files)).toEqual(['b.yaml:2:3: the resource A has no Type']);
  });

  test('that it takes a bucket', async () => {
    const files = { 'a.yaml': `Resources:\n${nested('b.yaml')}`, 'b.yaml': queue };
    expect(await faults(files, {})).toEqual([
      'Part names the file b.yaml, which CloudFormation reads from a bucket only, and none is configured',
    ]);
  });
});
