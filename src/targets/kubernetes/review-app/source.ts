import { fieldsOf, listOf, textOf } from '../fields.ts';
import type { KubeObject, ObjectRef } from '../kube-object.ts';
import type { BuildSettings } from '../settings.ts';
import type { AppFacts } from './app-facts.ts';
import { appMetadata } from './app-metadata.ts';
import { appName } from './app-names.ts';
import { containerText } from './app-templates.ts';
import { securityOf } from './pod-parts.ts';

const tokenVolume = 'token';
const tokenFolder = '/understudy/token';
const fetchFolder = '/understudy/fetch';

/**
 * Fetches and unpacks the source, as any user may read and change it. The token stands in files that curl and GNU's
 * wget read themselves; BusyBox's wget takes headers as arguments alone.
 */
const script = `set -eu
archive=${fetchFolder}/source.tar.gz
if command -v curl >/dev/null 2>&1; then
  curl --config ${tokenFolder}/curlrc --fail --silent --show-error --location --retry 3 --output "$archive" "$SOURCE_URL"
elif wget --help 2>&1 | grep -q BusyBox; then
  wget -q --header "$(cat ${tokenFolder}/header)" -O "$archive" "$SOURCE_URL"
else
  WGETRC=${tokenFolder}/wgetrc wget --no-verbose --tries=3 --output-document="$archive" "$SOURCE_URL"
fi
tar -xzo -f "$archive" --strip-components=1 -C "$SOURCE_PATH"
rm "$archive"
find "$SOURCE_PATH" -mindepth 1 ! -type l -exec chmod a+rwX {} +
`;

/**
 * The Secret with the token of a build, by name. One for each commit, so that a run that was overtaken does not take
 * back that of the next one.
 */
function sourceSecretName(facts: Pick<AppFacts, 'service' | 'place' | 'marks'>): string {
  return appName(facts, `source-${facts.marks.commit.slice(0, 8)}`);
}

/** The Secret that a build Job reads its token from, where it is not that of the present commit. */
export function foreignSource(job: KubeObject, facts: AppFacts): ObjectRef | undefined {
  const pod = fieldsOf(fieldsOf(fieldsOf(job.spec).template).spec);
  const token = listOf(pod.volumes).find(({ name }) => name === tokenVolume);
  const name = textOf(fieldsOf(token?.secret).secretName);
  const { namespace } = facts.place;
  return name === '' || name === sourceSecretName(facts)
    ? undefined
    : { apiVersion: 'v1', kind: 'Secret', name, namespace };
}

/**
 * The Secret that builds fetch the source with. To be written before the stage that builds, and deleted after it: it
 * is part of no stage, nor shown as one.
 */
export function renderSourceSecret(facts: AppFacts, token: string): KubeObject {
  const header = `Authorization: Bearer ${token}`;
  const files = {
    header,
    curlrc: `header = "${header.replace(/["\\]/g, '\\$&')}"\n`,
    wgetrc: `header = ${header}\n`,
  };
  const data = Object.entries(files).map(([name, text]) => [
    name,
    Buffer.from(text).toString('base64'),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: appMetadata(facts, 'source', sourceSecretName(facts)),
    type: 'Opaque',
    data: Object.fromEntries(data),
  };
}

/** Address of the commit's archive. https://docs.github.com/rest/repos/contents#download-a-repository-archive-tar */
function sourceUrl({ marks, sourceApi }: Pick<AppFacts, 'marks' | 'sourceApi'>): string {
  const base = sourceApi.replace(/\/+$/, '');
  return `${base}/repos/${marks.repository}/tarball/${marks.commit}`;
}

/** The container that fetches the source before the build. */
export function sourceFetcher(facts: AppFacts, build: BuildSettings) {
  const { settings, service } = facts;
  return {
    name: 'source',
    image: containerText(build.sourceImage, service.values),
    command: ['sh', '-c', script],
    env: [
      { name: 'SOURCE_URL', value: sourceUrl(facts) },
      { name: 'SOURCE_PATH', value: build.sourcePath },
    ],
    volumeMounts: [
      { name: 'source', mountPath: build.sourcePath },
      { name: 'fetch', mountPath: fetchFolder },
      { name: tokenVolume, mountPath: tokenFolder, readOnly: true },
    ],
    resources: { requests: settings.containerDefaults },
    securityContext: securityOf(settings.podSecurity, 'nothing'),
  };
}

/** What the containers of a build share. */
export function sourceVolumes(facts: AppFacts) {
  return [
    { name: 'source', emptyDir: {} },
    { name: 'fetch', emptyDir: {} },
    { name: tokenVolume, secret: { secretName: sourceSecretName(facts), defaultMode: 0o444 } },
  ];
}
