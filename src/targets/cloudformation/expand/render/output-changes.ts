import {
  type Changes,
  call,
  hole,
  type Made,
  type Splice,
  splice,
  splicedPieces,
  text,
} from '../syntax/pieces.ts';
import type { ScalarNode, SyntaxNode } from '../syntax/syntax-tree.ts';
import { everyNode, intrinsicOf, valueAt } from '../syntax/tree-lookup.ts';
import { pointToClones, referencesIn } from './references.ts';
import { suffixed } from './unique-names.ts';

/** Hosts of the original, whose place the preview's domain takes in outputs. */
export interface OwnHosts {
  /** Parameters that hold one. */
  readonly parameters: ReadonlySet<string>;
  /** Written out, as text or for `Fn::Sub`. */
  readonly texts: ReadonlySet<string>;
}

/** Reads the hosts that names and rules of the original are written with. */
export function ownHosts(values: readonly SyntaxNode[]): OwnHosts {
  const parameters = new Set<string>();
  const texts = new Set<string>();
  for (const value of values) {
    const { name, argument } = intrinsicOf(value) ?? { name: '', argument: value };
    if (argument.kind !== 'scalar' || argument.value === '') continue;
    const alone = /^\$\{([A-Za-z0-9]+)\}$/.exec(argument.value)?.[1];
    if (name === 'Ref') parameters.add(argument.value);
    else if (name === 'Sub' && alone) parameters.add(alone);
    else if (name === '' || name === 'Sub') texts.add(argument.value);
  }
  return { parameters, texts };
}

/** How long the name of an export may be. */
const exportLimit = 255;

/** The clone of an output tells of clones and of the preview's domain; its export has a name of its own. */
export function changeOutput(
  changes: Changes,
  output: SyntaxNode,
  hosts: OwnHosts,
  domain: Made,
  isCloned: (name: string) => boolean,
): void {
  const exported = valueAt(valueAt(output, 'Export'), 'Name');
  if (exported) suffixed(changes, exported, exportLimit, isCloned);
  const value = valueAt(output, 'Value');
  if (!value) return;
  pointToClones(changes, referencesIn(output), isCloned);
  const templates = new Set<SyntaxNode>();
  for (const node of everyNode(value)) {
    const template = templateOf(node);
    if (template) templates.add(template);
    if (template) putIntoTemplate(changes, template, hosts);
    else if (!templates.has(node)) putDomain(changes, node, hosts, domain);
  }
}

function templateOf(node: SyntaxNode): ScalarNode | undefined {
  const intrinsic = intrinsicOf(node);
  if (intrinsic?.name !== 'Sub') return undefined;
  const { argument } = intrinsic;
  const template = argument.kind === 'seq' ? argument.items[0] : argument;
  return template?.kind === 'scalar' ? template : undefined;
}

function putDomain(changes: Changes, node: SyntaxNode, hosts: OwnHosts, domain: Made): void {
  const { name, argument } = intrinsicOf(node) ?? { name: '', argument: node };
  if (argument.kind !== 'scalar') return;
  if (name === 'Ref' && hosts.parameters.has(argument.value)) changes.replaced.set(node, domain);
  if (name !== '') return;
  const found = hostIn(argument.value, hosts.texts);
  if (!found) return;
  const made = text(...splicedPieces(argument.value, [found]));
  changes.replaced.set(node, domain.kind === 'call' ? call(domain.name, made) : made);
}

function putIntoTemplate(changes: Changes, node: ScalarNode, hosts: OwnHosts): void {
  const parameters = [...hosts.parameters].map((name) => `\${${name}}`);
  const found = hostIn(node.value, [...parameters, ...hosts.texts]);
  if (found) splice(changes, node, found);
}

/** The longest of the hosts that stands in the text. */
function hostIn(value: string, hosts: Iterable<string>): Splice | undefined {
  const [host] = [...hosts]
    .filter((each) => value.includes(each))
    .sort((a, b) => b.length - a.length);
  if (host === undefined) return undefined;
  const from = value.indexOf(host);
  return { from, to: from + host.length, pieces: [hole('domain')] };
}
