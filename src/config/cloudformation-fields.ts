import { array, metadata, picklist, pipe, string, union } from 'valibot';
import { parseDuration } from '../core/time.ts';
import { repositoryPathFault } from './parameter-values.ts';
import { type Fault, rule } from './rule.ts';
import { settingFault } from './setting-templates.ts';
import { templateFault } from './template-fields.ts';
import { show, twoLines } from './wording.ts';

/** A text with a rule of ours, with the word that the reference page has for it. */
export function ruled(
  title: string,
  form: string,
  example: string,
  fault: (text: string) => Fault | undefined,
) {
  return pipe(string(twoLines(form, example)), rule(fault), metadata({ title }));
}

/** A region of AWS. */
export const region = ruled('region', 'a region', 'eu-west-1', (text) => {
  if (/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(text)) return undefined;
  const zone = /^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/.exec(text)?.[1];
  return {
    wrong: `${show(text)} is ${zone ? 'an availability zone' : 'not a region'}`,
    next: `Write ${zone ?? 'a region, as eu-west-1'}.`,
  };
});

/** A branch is anyone's text, and may hold `..`. */
const inPath = { branch: 'a branch may hold what leads elsewhere' };

/** Where a template is. */
export const templatePlace = ruled(
  'path, `https://…` or `s3://…`',
  'a path, or an https or s3 address',
  'infra/preview.yaml',
  (text) => {
    const fault = settingFault(text, {
      allBracesAreOurs: true,
      forbidden: inPath,
      further: ['release'],
    });
    if (fault) return fault;
    if (/^https:\/\/[^\s/]+\/\S+$/.test(text) || /^s3:\/\/[a-z0-9.-]{3,63}\/\S+$/.test(text))
      return undefined;
    if (/^[a-z][a-z0-9+.-]*:/i.test(text))
      return {
        wrong: `${show(text)} is neither a path nor an address of a template`,
        next: 'Write a path from the root of the repository, https://bucket.s3.region.amazonaws.com/key or s3://bucket/key.',
      };
    return text.endsWith('/')
      ? { wrong: `${show(text)} is a folder`, next: 'Name the template in it.' }
      : repositoryPathFault(text);
  },
);

/** A path of the repository: a file or folder. */
export const repositoryPath = ruled('path', 'a path', 'infra', (text) =>
  repositoryPathFault(text.replace(/\/$/, '')),
);

/** Template of the name of a stack. */
export const stackNameTemplate = ruled(
  'template',
  'a template of the name of a stack',
  '"{repository}-preview-{id}"',
  stackNameFault,
);

function stackNameFault(template: string): Fault | undefined {
  const fault = templateFault(template);
  if (fault) return fault;
  if (template.includes('{branch}'))
    return {
      wrong: `{branch} in ${show(template)} may hold characters that no name of a stack can have`,
      next: 'Use {slug} or {id} instead.',
    };
  const name = template.replaceAll(/\{[^{}]*\}/g, 'x');
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
    return {
      wrong: `${show(template)} cannot be the name of a stack`,
      next: 'Use letters, digits and dashes, a letter first, 128 characters at most.',
    };
  if (/^\{(?:id|ID|number|sha|short-sha)\}/.test(template))
    return {
      wrong: `${show(template)} would begin with a digit for some previews, and no name of a stack does`,
      next: `Put a letter first, as ${show(`preview-${template}`)}.`,
    };
  return /\{(?:id|ID|number|slug)\}/.test(template)
    ? undefined
    : {
        wrong: `every preview would have the same stack ${show(template)}`,
        next: `Put {id} or {number} into it, as ${show(`${template}-{id}`)}.`,
      };
}

/** Name of a stack that exists. */
export const stackName = ruled('name of a stack', 'the name of a stack', 'testing', (text) =>
  /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(text)
    ? undefined
    : {
        wrong: `${show(text)} cannot be the name of a stack`,
        next: 'Write the name of the stack that is updated, without placeholders: letters, digits and dashes.',
      },
);

/** What a template may be allowed to do; one or several. */
const capability = picklist(
  ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  twoLines('a capability', 'CAPABILITY_IAM'),
);
export const capabilities = pipe(
  union(
    [capability, array(capability)],
    twoLines('a capability or a list of them', '[CAPABILITY_IAM]'),
  ),
  metadata({ title: 'capability or list of capabilities' }),
);

/** Name of a bucket; rules: "Bucket naming rules" of the S3 user guide. */
export const bucketName = ruled(
  'name of a bucket',
  'the name of a bucket',
  'my-templates',
  (text) => {
    const scheme = /^(?:s3:\/\/|arn:aws[a-z-]*:s3:::)([^/]*)/.exec(text)?.[1];
    if (scheme !== undefined)
      return {
        wrong: `${show(text)} has more than the name of a bucket`,
        next: `Write ${scheme || 'the name alone'}.`,
      };
    const fits =
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) &&
      !text.includes('..') &&
      !/^\d+\.\d+\.\d+\.\d+$/.test(text);
    return fits
      ? undefined
      : {
          wrong: `${show(text)} cannot be the name of a bucket`,
          next: 'Use 3 to 63 lower-case letters, digits, dashes and dots, with a letter or digit at both ends.',
        };
  },
);

/** What keys of a bucket begin with. */
export const keyPrefix = ruled('prefix', 'a prefix of keys', 'understudy', (text) =>
  /^\/*[\w!.*'()-]+(?:\/[\w!.*'()-]+)*\/*$/.test(text) && text.length <= 512
    ? undefined
    : {
        wrong: `${show(text)} cannot be the prefix of keys`,
        next: 'Use letters, digits, dashes and slashes, without placeholders, as understudy/templates.',
      },
);

/** Where the address of a preview comes from. */
export const addressOutput = ruled(
  '`output:Name`',
  'output: and the name of an output',
  'output:Url',
  (text) => {
    if (/^output:[A-Za-z0-9]{1,255}$/.test(text)) return undefined;
    if (/^https?:\/\//.test(text))
      return {
        wrong: `${show(text)} is an address, and url names an output of the stack`,
        next: 'Write the host name as host: of the preview or service, or url: output:Name.',
      };
    const word = /([A-Za-z0-9]+)\W*$/.exec(text)?.[1] ?? 'Url';
    return {
      wrong: `${show(text)} is not of the form output:Name`,
      next: `Write url: output:${word}, by the name under Outputs of the template.`,
    };
  },
);

/** How long alarms are watched, in whole minutes. */
export const monitorTime = pipe(
  ruled('duration', 'a length of time', '10m', (text) => {
    const length = parseDuration(text);
    return length !== undefined && length % 60_000 === 0 && length <= 180 * 60_000
      ? undefined
      : {
          wrong: `${show(text)} is not a time of whole minutes up to 3h`,
          next: 'Write whole minutes, as 10m; leave the key out for none.',
        };
  }),
);

/** A logical id of a template. */
export const logicalId = ruled('logical id', 'a logical id', 'Service', (text) =>
  /^[A-Za-z0-9]{1,255}$/.test(text)
    ? undefined
    : {
        wrong: `${show(text)} cannot be a logical id`,
        next: 'Use the name that stands in the template: letters and digits only.',
      },
);

/** Type of a resource. */
export const resourceType = ruled(
  'type of a resource',
  'the type of a resource',
  'AWS::S3::Bucket',
  (text) =>
    /^[A-Za-z0-9]+::[A-Za-z0-9]+(?:::[A-Za-z0-9@]+)*$/.test(text)
      ? undefined
      : {
          wrong: `${show(text)} is not the type of a resource`,
          next: 'Write it as AWS::S3::Bucket.',
        },
);
