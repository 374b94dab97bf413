import {
  array,
  check,
  description,
  exactOptional,
  metadata,
  optional,
  pipe,
  strictObject,
  string,
  union,
} from 'valibot';
import { defaultExpand as defaults } from './cloudformation-defaults.ts';
import { logicalId, repositoryPath, stackName } from './cloudformation-fields.ts';
import { domainFault, imageFault, prioritiesFault, requireImageFault } from './expand-faults.ts';
import { wholeNumber } from './fields.ts';
import { asList } from './lists.ts';
import { rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

function logicalIds(example: string) {
  return pipe(
    union([logicalId, array(logicalId)], twoLines('a logical id or a list of them', example)),
    check(
      (given: string | string[]) => new Set(asList(given)).size === asList(given).length,
      twoLines('a logical id stands in it twice', 'Keep it once.'),
    ),
    metadata({ title: 'logical id or list of logical ids' }),
  );
}

const containerName = pipe(
  string(twoLines('the name of a container', 'app')),
  rule((name) =>
    /^[\w./:-]{1,255}$/.test(name)
      ? undefined
      : {
          wrong: `${show(name)} cannot be the name of a container`,
          next: 'Use the Name of the container definition, or the repository of its image.',
        },
  ),
);

const serviceTag = pipe(
  string(twoLines('a name', 'lite')),
  rule((name) =>
    /^[A-Za-z0-9][\w.-]{0,62}$/.test(name)
      ? undefined
      : {
          wrong: `${show(name)} cannot be the name of a service`,
          next: 'Use at most 63 letters, digits, dashes, dots and underscores.',
        },
  ),
);

const root = pipe(
  strictObject(
    {
      folder: pipe(repositoryPath, description('Folder whose templates are uploaded.')),
      template: pipe(repositoryPath, description('The root template, by its path in `folder`.')),
    },
    twoLines('a mapping', '{ folder: cloudformation, template: index.yaml }'),
  ),
  description(
    'A root template above the shared one, which is nested in it: the folder is uploaded as a whole.',
  ),
);

const fields = {
  stack: exactOptional(
    pipe(
      stackName,
      description('The stack that is updated: the shared one, or the root stack above it. Needed.'),
    ),
  ),
  service: exactOptional(
    pipe(
      serviceTag,
      metadata({ title: 'name' }),
      description('Value of the tag `service`; absent: the name of the service.'),
    ),
  ),
  resources: exactOptional(
    pipe(
      logicalIds('[Service, TaskDefinition]'),
      description(
        'What is cloned for each preview, with what it references among the types a preview has of its own. Needed.',
      ),
    ),
  ),
  domain: exactOptional(
    pipe(
      string(twoLines('a template of a domain', '"{id}.preview.example.com"')),
      rule(domainFault),
      metadata({ title: 'template' }),
      description(
        'Domain of a preview; what CloudFormation replaces may stand in it. Absent: the host. Needed where there is no host.',
      ),
    ),
  ),
  containers: exactOptional(
    pipe(
      union(
        [containerName, array(containerName)],
        twoLines('the name of a container or a list of them', '[app]'),
      ),
      metadata({ title: 'name or list of names' }),
      description(
        'Containers whose image is replaced, by name or repository; absent: all that have the repository of the first one.',
      ),
    ),
  ),
  priorities: exactOptional(
    pipe(
      string(twoLines('a range of priorities', '12001-12999')),
      rule(prioritiesFault),
      metadata({ title: 'range', examples: ['12001-12999'] }),
      description('Priorities of listener rules, which previews keep for life. Needed.'),
    ),
  ),
  outputs: exactOptional(
    pipe(logicalIds('[Url]'), description('Outputs of the shared template that are cloned too.')),
  ),
  root: exactOptional(root),
  releases: exactOptional(
    pipe(
      repositoryPath,
      description(
        'Folder with release definitions of Kayron’s format, read as the list of services.',
      ),
    ),
  ),
};
const image = pipe(
  string(twoLines('a template of a tag or image', '"{sha}"')),
  rule(imageFault),
  metadata({ title: 'template' }),
  description(
    'What replaces the tag of the image, or with a slash or `{image}` in it the whole image.',
  ),
);
const requireImage = pipe(
  string(twoLines('none, ecr or an address', 'ecr')),
  rule(requireImageFault),
  metadata({ title: '`none`, `ecr` or address' }),
  description(
    'Where to look whether the image is there. A preview whose image is not there waits; others go on.',
  ),
);
const attempts = pipe(
  wholeNumber(1, 10, 2),
  description('How often a preview that makes the stack fail is tried with one commit.'),
);
const form = twoLines('a mapping', '{ stack: testing }');
const text =
  'Previews as further resources of one shared template; see [CloudFormation](cloudformation.md).';

/** `preview.cloudformation.expand`. */
export const sharedExpand = pipe(
  strictObject(
    {
      ...fields,
      image: optional(image, defaults.image),
      'require-image': optional(requireImage, defaults['require-image']),
      attempts: optional(attempts, defaults.attempts),
    },
    form,
  ),
  description(text),
);

/** `expand` of a service. */
export const ownExpand = pipe(
  strictObject(
    {
      ...fields,
      image: exactOptional(image),
      'require-image': exactOptional(requireImage),
      attempts: exactOptional(attempts),
    },
    form,
  ),
  description(`${text} Keys that are absent are inherited.`),
);
