// biome-ignore-all lint/suspicious/noTemplateCurlyInString: substitutions of CloudFormation, not of JavaScript

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { preview, type Read, read, understood } from './expanding.ts';

/** A value and how it is written; `inline` texts fit on a line. */
type Shape =
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'literal'; readonly head: string; readonly lines: readonly string[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Shape])[] }
  | { readonly kind: 'list'; readonly items: readonly Shape[] };

const names = ['Alpha', 'Beta', 'Gamma', 'Delta'];
const name = fc.constantFrom(...names);
const reference = name.chain((target) =>
  fc.constantFrom(
    `!Ref ${target}`,
    `!Ref "${target}" # why`,
    `{ Ref: ${target} }`,
    `!GetAtt ${target}.Arn`,
    `!GetAtt [${target}, Arn]`,
    `{ "Fn::GetAtt": ["${target}", Arn] }`,
    `!Sub "a-\${${target}}-\${${target}.Arn}-\${!${target}}"`,
    `!Sub ['\${${target}}', { Other: !Ref ${target} }]`,
    `!If [Some, !Ref ${target}, !Ref AWS::NoValue]`,
    `"${target}"`,
    `it mentions \${${target}}`,
  ),
);
const plain = fc.constantFrom(
  '1',
  'yes',
  '"a: b"',
  "'it''s'",
  '2012-10-17',
  '[a, "b"]',
  '{ }',
  '~',
);
const inline = fc.oneof(reference, plain).map((text): Shape => ({ kind: 'inline', text }));
const literal = fc
  .tuple(
    fc.constantFrom('|', '|-', '|+', '>', '!Sub |', '!Sub |+'),
    fc.array(
      fc.constantFrom('- !Ref Alpha', '# not a comment', '${Beta} ${!Beta}', 'x: y', '', 'Gamma'),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([head, lines]): Shape => ({ kind: 'literal', head, lines: ['text', ...lines] }));

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    inline,
    literal,
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('A', 'B', '"C"', "'D e'"), tie('shape')), {
        selector: ([key]) => key,
        minLength: 1,
        maxLength: 3,
      })
      .map((entries): Shape => ({ kind: 'map', entries })),
    fc
      .array(tie('shape'), { minLength: 1, maxLength: 3 })
      .map((items): Shape => ({ kind: 'list', items })),
  ),
}));

const resource = fc.record({
  type: fc.constantFrom(
    'X',
    'AWS::ECS::Service',
    'AWS::SNS::Topic',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  ),
  properties: shape.map((value): Shape => ({ kind: 'map', entries: [['Any', value]] })),
  dependsOn: fc.option(name),
  comment: fc.boolean(),
});
const template = fc.record({
  resources: fc.tuple(resource, resource, resource, resource),
  step: fc.constantFrom(1, 2, 4),
  dense: fc.boolean(),
  lineBreak: fc.constantFrom('\n', '\r\n'),
  head: fc.constantFrom(
    '',
    'Description: x\n',
    '# comment\n\n',
    '---\n',
    'Metadata:\n  A: 1\n',
    'Metadata: { A: 1 }\n',
  ),
  tail: fc.constantFrom(
    '',
    '\n\n',
    '\n# end\n',
    '\nOutputs:\n  O:\n    Value: !Ref Alpha\n',
    '  # indented\n\n',
    '...\n',
  ),
  lastBreak: fc.boolean(),
  cloned: fc.uniqueArray(name, { minLength: 1 }),
});

/** Lines of an entry whose key or dash stands at `indent`. */
function lines(head: string, value: Shape, indent: string, step: string): string[] {
  const deeper = indent + step;
  if (value.kind === 'inline') return [`${indent}${head} ${value.text}`];
  if (value.kind === 'literal') {
    const body = value.lines.map((line) => (line === '' ? '' : `${deeper}${line}`));
    return [`${indent}${head} ${value.head}`, ...body];
  }
  const inner =
    value.kind === 'map'
      ? value.entries.flatMap(([key, entry]) => lines(`${key}:`, entry, deeper, step))
      : value.items.flatMap((item) => lines('-', item, deeper, step));
  return [`${indent}${head}`, ...inner];
}

function written(made: typeof template extends fc.Arbitrary<infer T> ? T : never): string {
  const step = ' '.repeat(made.step);
  const blocks = made.resources.map(({ type, properties, dependsOn, comment }, index) =>
    [
      ...(comment ? [`${step}# of ${names[index]}`] : []),
      `${step}${names[index]}:`,
      `${step}${step}Type: ${type}`,
      ...(dependsOn ? [`${step}${step}DependsOn: ${dependsOn}`] : []),
      ...lines('Properties:', properties, step + step, step),
      ...(made.dense ? [] : ['']),
    ].join('\n'),
  );
  const text = `${made.head}Resources:\n${blocks.join('\n')}\n${made.tail}`;
  const ended = made.lastBreak ? text : text.replace(/\n+$/, '');
  return ended.replaceAll('\n', made.lineBreak);
}

/** What a value becomes in a clone, told by meaning alone. */
function pointed(value: Read, cloned: ReadonlySet<string>, id: string): Read {
  const to = (target: string) => (cloned.has(target) ? target + id : target);
  const inside = (text: string) =>
    text.replace(
      /\$\{([A-Za-z]+)([.}])/g,
      (_, target: string, end: string) => `\${${to(target)}${end}`,
    );
  if (Array.isArray(value)) return value.map((item) => pointed(item, cloned, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]: [string, Read]) => {
      if (key === 'Ref' && typeof entry === 'string') return [key, to(entry)];
      if (key === 'Fn::GetAtt') return [key, [to(entry[0]), entry[1]]];
      if (key === 'Fn::Sub' && typeof entry === 'string') return [key, inside(entry)];
      if (key === 'Fn::Sub') return [key, [inside(entry[0]), pointed(entry[1], cloned, id)]];
      return [key, pointed(entry, cloned, id)];
    }),
  );
}

test('any template is restored byte for byte, other resources are untouched, clones refer to clones', () => {
  fc.assert(
    fc.property(template, (made) => {
      const text = written(made);
      const before = understood(text);
      const over = { resources: made.cloned };
      const shared = read(text, over);
      const previews = ['1d0fd508', '83535058'].map((id) => preview({ id, priorities: [] }));
      const rendered = shared.render({ previews, held: [], revision: true });
      const again = read(rendered, over);
      expect(again.base).toBe(text);
      expect(again.render({ previews, held: [], revision: true })).toBe(rendered);
      const after = understood(rendered);
      const { UnderstudyRevision: _, ...all } = after.Resources;
      expect(all).toEqual({
        ...before.Resources,
        ...clonesOf(before, shared.cloneIds('shop', ''), previews),
      });
      for (const section of Object.keys(before)) {
        if (section === 'Resources') continue;
        const { Understudy: _ours, ...rest } = after[section];
        expect(section === 'Metadata' ? rest : after[section]).toEqual(before[section]);
      }
    }),
    { numRuns: 300 },
  );
});

function clonesOf(before: Read, cloned: readonly string[], previews: readonly { id: string }[]) {
  const clones: Read = {};
  for (const id of previews.map((each) => each.id.toUpperCase())) {
    for (const target of cloned) {
      const clone = pointed(before.Resources[target], new Set(cloned), id);
      if (cloned.includes(clone.DependsOn)) clone.DependsOn += id;
      if (clone.Type === 'AWS::ECS::Service') {
        clone.Properties.Tags = [{ Key: 'preview', Value: id }];
      }
      clones[target + id] = clone;
    }
  }
  return clones;
}

test('any JSON template is restored byte for byte, and stays JSON', () => {
  const value = fc.letrec<{ value: Read }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      name.map((target) => ({ Ref: target })),
      name.map((target) => ({ 'Fn::GetAtt': [target, 'Arn'] })),
      name.map((target) => ({ 'Fn::Sub': `"\\\n\${${target}.Arn} \${!${target}}` })),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('A', 'B', 'c "d"'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const arbitrary = fc.record({
    values: fc.tuple(value, value, value, value),
    indent: fc.constantFrom('', ' ', '  ', '\t'),
    metadata: fc.constantFrom(undefined, {}, { A: 1 }),
    last: fc.constantFrom('', '\n'),
    cloned: fc.uniqueArray(name, { minLength: 1 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ values, indent, metadata, last, cloned }) => {
      const resources = Object.fromEntries(
        values.map((any, index) => [names[index], { Type: 'X', Properties: { Any: any } }]),
      );
      const text =
        JSON.stringify({ Metadata: metadata, Resources: resources }, undefined, indent) + last;
      const over = { resources: cloned };
      const shared = read(text, over);
      const rendered = shared.render({
        previews: [preview({ priorities: [] })],
        held: [],
        revision: true,
      });
      expect(read(rendered, over).base).toBe(text);
      const { UnderstudyRevision: _, ...all } = JSON.parse(rendered).Resources;
      const clones = cloned.map((target) => [
        `${target}1D0FD508`,
        pointed(resources[target], new Set(cloned), '1D0FD508'),
      ]);
      expect(all).toEqual({
        ...JSON.parse(JSON.stringify(resources)),
        ...Object.fromEntries(clones),
      });
    }),
    { numRuns: 200 },
  );
});
