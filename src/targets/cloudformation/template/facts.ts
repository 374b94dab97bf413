import type { SourceLocation } from '../../../core/user-error.ts';
import type { DeclaredParameter } from '../stack/parameters.ts';

/** A file of the repository that a template names where CloudFormation wants an address. */
export interface LocalReference {
  readonly logicalId: string;
  /** `AWS::Include` stands for the macro, wherever it is. */
  readonly kind: 'AWS::CloudFormation::Stack' | 'AWS::Serverless::Application' | 'AWS::Include';
  /** As it is written, relative to the template that names it. */
  readonly path: string;
  /** Offsets in the text of the value with its quotes: `text.slice(from, to)`. */
  readonly from: number;
  readonly to: number;
  readonly location: SourceLocation;
}

/** What there is to know about a template before it is sent. Lines count from 1. */
export interface TemplateFacts {
  readonly parameters: readonly DeclaredParameter[];
  /** By logical id, in order; with a `Fn::ForEach` those that are written out. */
  readonly resources: ReadonlyMap<string, { readonly type: string; readonly line: number }>;
  /** Whether macros rewrite the template, so that what CloudFormation makes of it is known only to CloudFormation. */
  readonly transforms: boolean;
  readonly localReferences: readonly LocalReference[];
  /** The line of a resource or of one of its properties (`ContainerDefinitions`, `Tags.0.Value`); the resource's own where the property is not found. */
  lineOf(logicalId: string, property?: string): number | undefined;
}
