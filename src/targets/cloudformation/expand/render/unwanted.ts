import type { SyntaxNode } from '../syntax/syntax-tree.ts';
import { everyValueOf, valueAt } from '../syntax/tree-lookup.ts';

/**
 * Parts of a resource that its clone goes without:
 * - `DeletionPolicy` and `UpdateReplacePolicy`, so that nothing of a preview outlives it;
 * - `ServiceRegistries` and the `Services` of Service Connect, so that a preview does not answer under the name by
 *   which others reach the service itself (0xSplits/kayron removes the former).
 */
export function unwantedParts(type: string, resource: SyntaxNode): ReadonlySet<SyntaxNode> {
  const unwanted = [
    ...everyValueOf(resource, 'DeletionPolicy'),
    ...everyValueOf(resource, 'UpdateReplacePolicy'),
  ];
  if (type === 'AWS::ECS::Service') {
    const properties = valueAt(resource, 'Properties');
    const connect = valueAt(properties, 'ServiceConnectConfiguration');
    unwanted.push(
      ...everyValueOf(properties, 'ServiceRegistries'),
      ...everyValueOf(connect, 'Services'),
    );
  }
  return new Set(unwanted);
}
