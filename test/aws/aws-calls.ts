import type { ProxiedRequest } from './fault-proxy.ts';
import type { AwsCall } from './policy.ts';

/** Where requests are seen. */
export interface CallPlace {
  readonly region: string;
  /** 12 digits. */
  readonly account: string;
}

/** Versions of the query protocol tell the services apart. */
const services: Readonly<Record<string, string>> = {
  '2010-05-15': 'cloudformation',
  '2015-12-01': 'elasticloadbalancing',
};

/**
 * What IAM is asked for a request, with what AWS checks of the caller besides: handing over a role, reading the
 * template at an address, transforms, and tagging. Sources: Service Authorization Reference; CloudFormation User Guide,
 * "Control access with IAM"; SAM Developer Guide, "Managing resource access and permissions". Throws for a request that it does not know.
 */
export function awsCalls(request: ProxiedRequest, place: CallPlace): readonly AwsCall[] {
  const { method, path, body, action } = request;
  if (body.includes('Action=')) {
    const asked = new URLSearchParams(body);
    const service = services[asked.get('Version') ?? ''];
    if (service === 'elasticloadbalancing')
      return [{ action: `${service}:${action}`, resource: '*', context: {} }];
    if (service === 'cloudformation') return stackCalls(action, asked, place);
  } else if (action === 'DescribeImages') return [imageCall(JSON.parse(body), place)];
  else if (action === method) return objectCalls(method, new URL(path, 'http://s3'), body, place);
  throw new Error(`not known: ${method} ${path} ${body.slice(0, 200)}`);
}

function stackCalls(action: string, asked: URLSearchParams, place: CallPlace): AwsCall[] {
  const { region, account } = place;
  const stack = asked.get('StackName');
  const named = `arn:aws:cloudformation:${region}:${account}:stack/${stack}/*`;
  const resource = stack === null ? '*' : stack.startsWith('arn:') ? stack : named;
  const tags: Record<string, string> = {};
  for (const [name, key] of asked) {
    const [, entry] = /^(Tags\.member\.\d+)\.Key$/.exec(name) ?? [];
    if (entry) tags[`aws:requesttag/${key.toLowerCase()}`] = asked.get(`${entry}.Value`) ?? '';
  }
  const calls = [{ action: `cloudformation:${action}`, resource, context: tags }];
  if (Object.keys(tags).length > 0)
    calls.push({ action: 'cloudformation:TagResource', resource, context: tags });
  const role = asked.get('RoleARN');
  const context = { 'iam:passedtoservice': 'cloudformation.amazonaws.com' };
  if (role) calls.push({ action: 'iam:PassRole', resource: role, context });
  const transforms = /^Transform: (AWS::\S+)/m.exec(asked.get('TemplateBody') ?? '');
  if (transforms) {
    const macro = `arn:aws:cloudformation:${region}:aws:transform/${transforms[1]?.replace('AWS::', '')}`;
    calls.push({ action: `cloudformation:${action}`, resource: macro, context: {} });
  }
  const template = asked.get('TemplateURL');
  if (template) calls.push(...objectCalls('GET', new URL(template), '', place));
  return calls;
}

function imageCall(
  { registryId, repositoryName }: { readonly registryId?: string; readonly repositoryName: string },
  { region, account }: CallPlace,
): AwsCall {
  const resource = `arn:aws:ecr:${region}:${registryId ?? account}:repository/${repositoryName}`;
  return { action: 'ecr:DescribeImages', resource, context: {} };
}

/** Path-style addresses, as the emulator has them. */
function objectCalls(
  method: string,
  { pathname, searchParams }: URL,
  body: string,
  place: CallPlace,
) {
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(pathname)) ?? [];
  const context = { 'aws:resourceaccount': place.account };
  const on = (action: string, resource: string): AwsCall => ({
    action: `s3:${action}`,
    resource,
    context,
  });
  const whole = `arn:aws:s3:::${bucket}`;
  if (searchParams.has('versions')) return [on('ListBucketVersions', whole)];
  if (searchParams.has('delete')) {
    const objects = [...body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, text = '']) => text);
    return objects.map((text) => {
      const name = /<Key>(.*?)<\/Key>/s.exec(text)?.[1] ?? '';
      const action = text.includes('<VersionId>') ? 'DeleteObjectVersion' : 'DeleteObject';
      return on(action, `${whole}/${name}`);
    });
  }
  const action = { GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject' }[method];
  if (!action || !key) throw new Error(`not known: ${method} ${pathname}`);
  return [on(action, `${whole}/${key}`)];
}
