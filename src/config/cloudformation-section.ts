import {
  array,
  boolean,
  check,
  description,
  exactOptional,
  type GenericSchema,
  maxLength,
  metadata,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
} from 'valibot';
import { alarmArn, roleArn, topicArn } from './arn-fields.ts';
import { defaultCloudFormation as defaults } from './cloudformation-defaults.ts';
import { ownExpand, sharedExpand } from './cloudformation-expand-section.ts';
import {
  addressOutput,
  bucketName,
  capabilities,
  keyPrefix,
  logicalId,
  monitorTime,
  region,
  resourceType,
  stackNameTemplate,
  templatePlace,
} from './cloudformation-fields.ts';
import { parameters } from './parameter-values.ts';
import { tags } from './tag-fields.ts';
import { twoLines } from './wording.ts';

/** One text or several of a kind; CloudFormation takes five of each at most. */
function fiveOf(item: GenericSchema<string, string>, form: string, example: string) {
  return pipe(
    union([item, array(item)], twoLines(`${form} or a list of them`, `[${example}]`)),
    check(
      (given: string | string[]) => typeof given === 'string' || given.length <= 5,
      twoLines('CloudFormation takes five of them at most', 'Remove some.'),
    ),
    metadata({ title: `${form.replace(/^the /, '')} or list of them` }),
  );
}

function flag(text: string) {
  return pipe(boolean(twoLines('true or false', 'true')), description(text));
}

const rollback = pipe(
  strictObject(
    {
      alarms: exactOptional(
        pipe(
          fiveOf(
            alarmArn,
            'the ARN of an alarm',
            'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:name',
          ),
          description('CloudWatch alarms that roll the change back.'),
        ),
      ),
      monitor: exactOptional(
        pipe(
          monitorTime,
          description('How long they are watched after the change; whole minutes up to 3h.'),
        ),
      ),
    },
    twoLines('a mapping', '{ monitor: 10m }'),
  ),
  description('Alarms that roll a change back while it is made and for a time after.'),
);

const imported = pipe(
  array(
    strictObject(
      {
        type: pipe(resourceType, description('Type of the resource.')),
        'logical-id': pipe(logicalId, description('Its logical id in the template.')),
        identifier: pipe(
          record(
            string(),
            string(twoLines('a text in quotes', '"my-bucket"')),
            twoLines('a mapping of names to texts', '{ BucketName: my-bucket }'),
          ),
          check(
            (given) => Object.keys(given).length > 0,
            twoLines(
              'there is nothing to find the resource by',
              'Write { BucketName: my-bucket }, say.',
            ),
          ),
          description('What identifies it, as BucketName.'),
        ),
      },
      twoLines(
        'a mapping',
        '{ type: AWS::S3::Bucket, logical-id: Files, identifier: { BucketName: my-bucket } }',
      ),
    ),
    twoLines(
      'a list',
      '[{ type: AWS::S3::Bucket, logical-id: Files, identifier: { BucketName: my-bucket } }]',
    ),
  ),
  maxLength(200, twoLines('at most 200 resources can be imported at once', 'Remove some.')),
  metadata({ title: 'list of `{ type, logical-id, identifier }`' }),
  description('Existing resources that a new stack takes over.'),
);

const fields = {
  region: exactOptional(
    pipe(
      region,
      description('Region of the stacks; absent: `AWS_REGION` or what else the AWS SDK finds.'),
    ),
  ),
  template: exactOptional(
    pipe(
      templatePlace,
      description(
        'The template: for `stack` needed; for `expand` the shared one, absent: as the stack has it.',
      ),
    ),
  ),
  'stack-name': exactOptional(
    pipe(
      stackNameTemplate,
      description(
        'Name of a preview’s stack. Absent: `{repository}-preview-{id}`. Services with one name share one stack.',
      ),
    ),
  ),
  parameters: exactOptional(parameters),
  tags: exactOptional(tags),
  capabilities: exactOptional(
    pipe(
      capabilities,
      description('What the template may do beyond plain resources; absent: nothing.'),
    ),
  ),
  'role-arn': exactOptional(
    pipe(
      roleArn,
      description('Role that CloudFormation makes the resources with; absent: the one of the job.'),
    ),
  ),
  's3-bucket': exactOptional(
    pipe(bucketName, description('Bucket for templates over 51,200 bytes and for nested ones.')),
  ),
  'notification-arns': exactOptional(
    pipe(
      fiveOf(topicArn, 'the ARN of a topic', 'arn:aws:sns:eu-west-1:123456789012:name'),
      description('SNS topics that get the events of the stack.'),
    ),
  ),
  rollback: exactOptional(rollback),
  import: exactOptional(imported),
  url: exactOptional(
    pipe(
      addressOutput,
      description('Output of the stack that is the address. Absent: `host`; without that none.'),
    ),
  ),
};
const mode = pipe(
  picklist(['stack', 'expand'], twoLines('a mode', 'stack')),
  description(
    '`stack`: a stack for each preview; so it is, too, without this key. `expand`: previews as further resources of a shared template.',
  ),
);
const prefix = pipe(keyPrefix, description('What keys in `s3-bucket` begin with.'));
const protection = flag('Nobody else deletes the stack; Understudy lifts it before it does.');
const onFailure = pipe(
  picklist(['rollback', 'keep'], twoLines('what becomes of a failed change', 'rollback')),
  description('A failed change is rolled back, or kept as it is for people to look at.'),
);
const emptyBuckets = flag(
  'Empty the buckets of a preview when it goes, so that they can be deleted.',
);
const detectDrift = flag('The sweep detects and reports drift of live previews.');
const form = twoLines('a mapping', '{ template: infra/preview.yaml }');

/** `preview.cloudformation`. */
export const sharedCloudFormation = pipe(
  strictObject(
    {
      mode: exactOptional(mode),
      ...fields,
      's3-prefix': optional(prefix, defaults['s3-prefix']),
      'termination-protection': optional(protection, defaults['termination-protection']),
      'on-failure': optional(onFailure, defaults['on-failure']),
      'empty-buckets': optional(emptyBuckets, defaults['empty-buckets']),
      'detect-drift': optional(detectDrift, defaults['detect-drift']),
      expand: exactOptional(sharedExpand),
    },
    form,
  ),
  description('How a service runs on AWS CloudFormation.'),
);

/** `cloudformation` of a service. */
export const ownCloudFormation = pipe(
  strictObject(
    {
      mode: exactOptional(mode),
      ...fields,
      's3-prefix': exactOptional(prefix),
      'termination-protection': exactOptional(protection),
      'on-failure': exactOptional(onFailure),
      'empty-buckets': exactOptional(emptyBuckets),
      'detect-drift': exactOptional(detectDrift),
      expand: exactOptional(ownExpand),
    },
    form,
  ),
  description(
    'How this service runs on AWS CloudFormation. Keys that are absent are inherited; parameters and tags are added.',
  ),
);
