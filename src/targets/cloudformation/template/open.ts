import { locateTemplate } from './locate.ts';
import { packageTemplate } from './package.ts';
import { readTemplate } from './read-template.ts';
import { decideTransport } from './store.ts';

/** Everything about templates, as the unit that is loaded when one is read. */
export const templates = {
  locate: locateTemplate,
  read: readTemplate,
  package: packageTemplate,
  transport: decideTransport,
} as const;
