import {
  array,
  description,
  exactOptional,
  metadata,
  number,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
  union,
} from 'valibot';
import { repositoryPath, ruled } from './cloudformation-fields.ts';
import { durationField } from './fields.ts';
import { defaultPostgres as defaults } from './kubernetes-defaults.ts';
import { imageTemplate, pathField } from './kubernetes-fields.ts';
import { byteAmount } from './kubernetes-quantities.ts';
import { rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const version = pipe(
  union(
    [
      pipe(
        string(),
        rule((text) =>
          /^[1-9]\d(?:\.\d+)?$/.test(text)
            ? undefined
            : { wrong: `${show(text)} is not a version of PostgreSQL`, next: 'Write it as "17".' },
        ),
      ),
      number(),
    ],
    twoLines('a version', '"17"'),
  ),
  metadata({ title: 'version' }),
);

const databaseName = ruled('name', 'the name of a database', 'app', (text) =>
  /^[a-z_][a-z0-9_]{0,62}$/.test(text) && !/^(?:postgres|template[01])$/.test(text)
    ? undefined
    : {
        wrong: `${show(text)} cannot be the name of a database`,
        next: 'Use lower-case letters, digits and underscores; postgres, template0 and template1 are taken.',
      },
);

const table = ruled('pattern', 'a pattern of tables', 'audit_*', (text) =>
  /^[\w*?][\w*?.$]*$/.test(text)
    ? undefined
    : {
        wrong: `${show(text)} is not a pattern of tables`,
        next: 'Write it as audit_log, public.audit_log or audit_*.',
      },
);

const postgres = pipe(
  strictObject(
    {
      provider: optional(
        pipe(
          picklist(
            ['auto', 'statefulset', 'cloudnative-pg'],
            twoLines('a provider of PostgreSQL', 'auto'),
          ),
          description('`auto`: CloudNativePG where the cluster has it, else a StatefulSet.'),
        ),
        defaults.provider,
      ),
      version: exactOptional(
        pipe(
          version,
          description(
            `Version of PostgreSQL. Absent: that of the tag of \`image\`, else ${defaults.version}.`,
          ),
        ),
      ),
      image: exactOptional(
        pipe(
          imageTemplate,
          description('Image of database and copy. Absent: `postgres` of that version.'),
        ),
      ),
      name: optional(pipe(databaseName, description('The database.')), defaults.name),
      storage: optional(pipe(byteAmount, description('Size of its volume.')), defaults.storage),
      'copy-from': exactOptional(
        pipe(
          strictObject(
            {
              secret: pipe(
                pathField('name/key', 'staging-db/url', 3),
                description(
                  'Secret with the address of the source, as `name/key` or `namespace/name/key`.',
                ),
              ),
            },
            twoLines('a mapping', '{ secret: staging-db/url }'),
          ),
          description('Database that is copied once, when the preview is made.'),
        ),
      ),
      'exclude-tables': exactOptional(
        pipe(
          array(table, twoLines('a list of patterns', '[audit_*]')),
          metadata({ title: 'list of patterns' }),
          description(
            'Tables whose rows are not copied; they are there, and empty. One that the source lacks is an error.',
          ),
        ),
      ),
      'max-size': exactOptional(
        pipe(
          byteAmount,
          description('A source that is larger is not copied. Absent: as `storage`.'),
        ),
      ),
      mask: exactOptional(
        pipe(
          repositoryPath,
          description('SQL file of the base branch that runs in one transaction after the copy.'),
        ),
      ),
      'copy-timeout': exactOptional(
        pipe(
          durationField,
          description(`How long the copy may take. Absent: ${defaults['copy-timeout']}.`),
        ),
      ),
    },
    twoLines('a mapping', '{ version: "17" }'),
  ),
  description('PostgreSQL; its address is in `DATABASE_URL`. Kept across pushes.'),
);

/** `app.database`. */
export const database = pipe(
  strictObject({ postgres }, twoLines('a mapping', '{ postgres: { version: "17" } }')),
  description('A database for each preview.'),
);
