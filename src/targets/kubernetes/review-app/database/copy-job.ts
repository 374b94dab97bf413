import { UserError } from '../../../../core/user-error.ts';
import { fieldsOf, textOf } from '../../fields.ts';
import { describeRef, type KubeObject } from '../../kube-object.ts';
import type { DatabaseSettings } from '../../settings.ts';
import type { Stage } from '../../stage.ts';
import type { Variable } from '../app-environment.ts';
import type { AppFacts } from '../app-facts.ts';
import { appMetadata } from '../app-metadata.ts';
import { appName, hashOf } from '../app-names.ts';
import { containerText } from '../app-templates.ts';
import { databaseSourceRef, findIn } from '../copies.ts';
import { jobStage, renderJob } from '../job.ts';
import { securityOf } from '../pod-parts.ts';
import { copyScript } from './copy-script.ts';
import type { Database, SecretKey } from './database.ts';
import { connectionVariables } from './source-connection.ts';
import { userOf } from './stateful-postgres.ts';

/** Where the Deployment says which database it was rolled out with: that one is copied. */
const databaseKey = 'understudy.dev/database';
const maskFolder = '/understudy/mask';
const workFolder = '/understudy/work';
const sourcePrefix = 'SOURCE_';

type CopySettings = NonNullable<DatabaseSettings['copyFrom']>;

/** Annotations of a Deployment that runs with the database. */
export function databaseAnnotations(database: Database | undefined): Record<string, string> {
  return database ? { [databaseKey]: database.name } : {};
}

/** The stage that copies; none where the app was rolled out with this database before. */
export function copyStages(facts: AppFacts, database: Database): Stage[] {
  const { copyFrom } = facts.app.database ?? {};
  const annotations = facts.live.deployment?.metadata.annotations;
  if (!copyFrom || annotations?.[databaseKey] === database.name) return [];
  requireMask(facts, copyFrom);
  const job = copyJob(facts, copyFrom, database);
  return [jobStage('copy the database', job, copyFrom.timeout)];
}

/**
 * What the copy reads that must not stay: the Secret with the address of the source, and the masking script. Written
 * before the first stage and deleted after the last, and part of no stage.
 * @throws UserError where the source's Secret is not there or holds no address
 */
export function renderCopyInputs(facts: AppFacts): KubeObject[] {
  const { copyFrom } = facts.app.database ?? {};
  if (!copyFrom) return [];
  const { maskSql } = facts.live;
  const metadata = appMetadata(facts, 'copy', inputsName(facts));
  const mask = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { 'mask.sql': maskSql ?? '' },
  };
  const data = Object.entries(sourceVariables(facts, copyFrom)).map(([name, text]) => [
    name,
    Buffer.from(text).toString('base64'),
  ]);
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: Object.fromEntries(data) },
    ...(copyFrom.mask === undefined ? [] : [mask]),
  ];
}

function sourceVariables(facts: AppFacts, { secret }: CopySettings): Record<string, string> {
  const ref = databaseSourceRef(facts, secret);
  const where = `the key ${secret.key} of ${describeRef(ref)} in the namespace ${ref.namespace}`;
  const source = findIn(facts.live.found, ref);
  const text = textOf(fieldsOf(source?.data)[secret.key]);
  if (text === '') {
    throw new UserError(
      `${where}, which the database is to be copied by, is not there`,
      `Create it, or correct \`copy-from\`; \`kubectl describe secret ${ref.name} -n ${ref.namespace}\` shows its keys.`,
    );
  }
  return connectionVariables(Buffer.from(text, 'base64').toString(), where);
}

function requireMask({ live }: AppFacts, { mask }: CopySettings): void {
  if (mask === undefined || live.maskSql !== undefined) return;
  throw new UserError(
    `the masking script ${mask} is not on the base branch, so that nothing was copied`,
    `Merge ${mask} first, or correct \`preview.kubernetes.app.database.postgres.mask\`.`,
  );
}

function inputsName(facts: AppFacts): string {
  return appName(facts, 'copy');
}

function copyJob(facts: AppFacts, copyFrom: CopySettings, database: Database): KubeObject {
  const { image } = facts.app.database ?? { image: '' };
  const user = userOf(image);
  const isMasked = copyFrom.mask !== undefined;
  const container = {
    name: 'copy',
    image: containerText(image, facts.service.values),
    command: ['bash', '-c', copyScript],
    env: copyVariables(facts, copyFrom, database),
    envFrom: [{ prefix: sourcePrefix, secretRef: { name: inputsName(facts) } }],
    volumeMounts: [
      { name: 'work', mountPath: workFolder },
      ...(isMasked ? [{ name: 'mask', mountPath: maskFolder, readOnly: true }] : []),
    ],
    resources: { requests: facts.settings.containerDefaults },
    securityContext: { ...securityOf('restricted', 'image'), runAsUser: user, runAsGroup: user },
  };
  return renderJob(facts, {
    component: 'copy',
    key: `copy-${hashOf(database.name)}`,
    timeout: copyFrom.timeout,
    pod: {
      containers: [container],
      volumes: [
        { name: 'work', emptyDir: {} },
        ...(isMasked ? [{ name: 'mask', configMap: { name: inputsName(facts) } }] : []),
      ],
    },
  });
}

function copyVariables(facts: AppFacts, copyFrom: CopySettings, database: Database): Variable[] {
  const { host, user, password } = database.superuser;
  const { name = '' } = facts.app.database ?? {};
  const secret = (variable: string, secretKeyRef: SecretKey): Variable => ({
    name: variable,
    valueFrom: { secretKeyRef },
  });
  const text = (variable: string, value: string): Variable => ({
    name: variable,
    // `$(NAME)` is Kubernetes' own, and `$` is part of names of tables.
    value: value.replaceAll('$', '$$$$'),
  });
  return [
    text('TMPDIR', workFolder),
    text('PGCONNECT_TIMEOUT', '15'),
    text('TARGET_PGHOST', host),
    text('TARGET_PGPORT', '5432'),
    secret('TARGET_PGUSER', user),
    secret('TARGET_PGPASSWORD', password),
    text('TARGET_DATABASE', name),
    text('TARGET_OWNER', name),
    text('EXCLUDED', copyFrom.excludeTables.join('\n')),
    text('MAX_BYTES', copyFrom.maxBytes === undefined ? '' : String(copyFrom.maxBytes)),
    text('MASK', copyFrom.mask === undefined ? '' : `${maskFolder}/mask.sql`),
  ];
}
