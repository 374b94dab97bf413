import { description, metadata, picklist, pipe, record, union } from 'valibot';
import { serviceName } from './service-name.ts';
import { twoLines } from './wording.ts';

const kind = picklist(['local', 'cloudformation', 'kubernetes'], twoLines('a target', 'local'));

/** `target` of a service. */
export const ownTarget = pipe(kind, description('Where this service runs.'));

/** `preview.target`: one for all services, or a map by service. */
export const sharedTarget = pipe(
  union(
    [kind, record(serviceName, kind)],
    twoLines('a target, or a mapping of services to targets', 'cloudformation'),
  ),
  metadata({ title: '`local`, `cloudformation`, `kubernetes`, or these by service' }),
  description(
    'Where previews run. Absent: `cloudformation` or `kubernetes` where there is that section and no section `local`, else `local`.',
  ),
);
