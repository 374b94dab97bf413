import type { BaseIssue, IssuePathItem } from 'valibot';
import { asList, type TextOrList } from './lists.ts';
import { pathItem } from './path-item.ts';
import { show, twoLines } from './wording.ts';

/** Two things the file says that cannot both hold; `path` leads from the section to the one to change. */
export interface Conflict {
  readonly path: readonly (string | number)[];
  readonly wrong: string;
  readonly next: string;
}

/** What valibot's `rawCheck` hands over. */
interface Checked {
  readonly dataset: {
    readonly value: unknown;
    readonly issues?: readonly BaseIssue<unknown>[] | undefined;
  };
  addIssue(info: { message: string; path?: [IssuePathItem, ...IssuePathItem[]] }): void;
}

/** A check across the keys of a section; it waits until the keys it reads are sound by themselves. */
export function conflictCheck<Section extends object>(
  reads: readonly (keyof Section & string)[],
  find: (section: Section) => readonly Conflict[],
) {
  return ({ dataset, addIssue }: Checked): void => {
    if (dataset.issues?.some((issue) => isUnder(issue, reads))) return;
    for (const { path, wrong, next } of find(dataset.value as Section)) {
      const [first, ...rest] = path.map((key) => pathItem(key));
      addIssue({ message: twoLines(wrong, next), ...(first && { path: [first, ...rest] }) });
    }
  };
}

function isUnder(issue: BaseIssue<unknown>, keys: readonly string[]): boolean {
  const [first] = issue.path ?? [];
  return first === undefined || keys.includes(String(first.key));
}

/** A glob that is both included and excluded, and a list that includes nothing. */
export const branchConflicts = conflictCheck<{ include: TextOrList; exclude: TextOrList }>(
  ['include', 'exclude'],
  ({ include, exclude }) => [
    ...(asList(include).length > 0
      ? []
      : [
          {
            path: ['include'],
            wrong: 'an empty list includes no branch at all, so there would never be a preview',
            next: 'Write include: ["**"] for every branch, or remove the line.',
          },
        ]),
    ...asList(include)
      .filter((glob) => asList(exclude).includes(glob))
      .map((glob) => ({
        path: ['exclude'],
        wrong: `${show(glob)} is both included and excluded`,
        next: 'Keep it in one of the two lists.',
      })),
  ],
);

/** A label that is both wanted and unwanted. */
export const labelConflicts = conflictCheck<{ any: TextOrList; none: TextOrList }>(
  ['any', 'none'],
  ({ any, none }) =>
    asList(any)
      .filter((label) => asList(none).includes(label))
      .map((label) => ({
        path: ['none'],
        wrong: `the label ${show(label)} is in both any and none`,
        next: 'Keep it in one of the two lists.',
      })),
);

interface Hosts {
  host?: string | undefined;
  services?: Record<string, { host?: string | undefined }> | undefined;
}

/** Hosts that two previews, or two services of one preview, would share. */
export const hostConflicts = conflictCheck<Hosts>(
  ['host', 'services'],
  ({ host, services = {} }) => {
    const names = Object.keys(services);
    const own = names.filter((name) => services[name]?.host !== undefined);
    const hosts = new Map<string, string>();
    const conflicts: Conflict[] = [];
    if (host !== undefined) conflicts.push(...fixedHost(['host'], host));
    for (const name of own)
      conflicts.push(...fixedHost(['services', name, 'host'], services[name]?.host ?? ''));
    for (const name of names) {
      const given = services[name]?.host ?? host;
      if (given === undefined) continue;
      const rendered = given.replaceAll('{service}', name);
      const other = hosts.get(rendered);
      if (other !== undefined)
        conflicts.push(
          sharedHost(own.includes(name) ? ['services', name, 'host'] : ['host'], other, name),
        );
      hosts.set(rendered, name);
    }
    return conflicts;
  },
);

function fixedHost(path: readonly string[], host: string): Conflict[] {
  if (/\{(?:id|ID|number|slug|branch|sha|short-sha)\}/.test(host)) return [];
  return [
    {
      path,
      wrong: `every preview would have the same host ${show(host)}`,
      next: `Put {id} or {number} into it, as ${show(`{id}.${host}`)}.`,
    },
  ];
}

function sharedHost(path: readonly string[], one: string, other: string): Conflict {
  return {
    path,
    wrong: `the services ${show(one)} and ${show(other)} would have the same host`,
    next: 'Put {service} into the host template, or give each service a host of its own.',
  };
}
