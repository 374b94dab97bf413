import {
  type CollectionTag,
  parseDocument,
  type ScalarTag,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { readSharedTemplate } from '../../../../src/targets/cloudformation/expand/render/shared-template.ts';
import type {
  CloneRules,
  RenderedPreview,
  SharedTemplate,
} from '../../../../src/targets/cloudformation/expand/shared-state.ts';
import type { ExpandSettings } from '../../../../src/targets/cloudformation/settings.ts';

const names = ['Ref', 'GetAtt', 'Sub', 'Join', 'If', 'Equals', 'Select', 'Split', 'ImportValue'];
const long = (name: string) => (name === 'Ref' ? 'Ref' : `Fn::${name}`);
const tags = names.flatMap((name): (ScalarTag | CollectionTag)[] => [
  { tag: `!${name}`, resolve: (text: string) => ({ [long(name)]: attribute(name, text) }) },
  ...(['seq', 'map'] as const).map(
    (collection): CollectionTag => ({
      tag: `!${name}`,
      collection,
      resolve: (value: YAMLMap | YAMLSeq) => ({ [long(name)]: value }) as never,
    }),
  ),
]);

// biome-ignore lint/suspicious/noExplicitAny: templates are looked into freely
export type Read = any;

/** A template as CloudFormation understands it: functions in their long form. */
export function understood(text: string): Read {
  const document = parseDocument(text, { customTags: tags, merge: true });
  if (document.errors.length > 0) throw new Error(`${document.errors[0]}\n${text.slice(0, 3000)}`);
  return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: -1 })));
}

export const settings: ExpandSettings = {
  stack: 'testing',
  resources: ['Service', 'TaskDefinition', 'DomainRecord', 'TargetGroup', 'ListenerRule'],
  domain: `{id}.shop.\${Environment}.acme.example`,
  image: '{sha}',
  priorities: { from: 21_001, to: 21_999 },
  requireImage: 'none',
  outputs: [],
  attempts: 3,
};

export const rules = (over: Partial<ExpandSettings> = {}): CloneRules => ({
  service: 'shop',
  settings: { ...settings, ...over },
});

export function read(text: string, over: Partial<ExpandSettings> = {}): SharedTemplate {
  return readSharedTemplate(text, 'shared.yaml', [rules(over)]);
}

export const commit = 'bc7891268e44f62e0aebbe339c0850b61d52c417';

export function preview(over: Partial<RenderedPreview> = {}): RenderedPreview {
  const id = over.id ?? '1d0fd508';
  const sha = over.commit ?? commit;
  return {
    service: 'shop',
    id,
    repository: 'acme/shop',
    pullRequest: 7,
    commit: sha,
    fingerprint: 'f00d',
    requested: false,
    createdAt: '2026-01-02T03:04:05.000Z',
    priorities: [21_001],
    values: { id, ID: id.toUpperCase(), sha, number: '7' },
    ...over,
  };
}

/** The template with one preview in it, as CloudFormation understands it. */
export function expanded(
  text: string,
  over: Partial<ExpandSettings> = {},
  which = preview(),
): Read {
  const template = read(text, over);
  const count = template.rules.length;
  const priorities = Array.from({ length: count }, (_, index) => 21_001 + index);
  const rendered = template.render({ previews: [{ ...which, priorities }], held: [] });
  const again = read(rendered, over);
  if (again.base !== text) throw new Error(`not restored:\n${rendered}`);
  if (again.state.previews.length !== 1) throw new Error('not remembered');
  return understood(rendered);
}

/** `!GetAtt A.B` and `!GetAtt [A, B]` mean the same. */
function attribute(name: string, text: string): unknown {
  if (name !== 'GetAtt') return text;
  const [resource = '', ...rest] = text.split('.');
  return [resource, rest.join('.')];
}
