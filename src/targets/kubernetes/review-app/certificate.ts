import type { X509Certificate } from 'node:crypto';
import { type Instant, toIso } from '../../../core/time.ts';
import { UserError } from '../../../core/user-error.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { describeRef, type KubeObject, refOf } from '../kube-object.ts';

/**
 * Throws a `UserError` where a TLS Secret cannot serve the host: no certificate, one for other names, or one that is
 * over. A wildcard stands for one label: `*.example.com` is not for `a.b.example.com` (RFC 6125, 6.4.3).
 */
export function requireUsableCertificate(secret: KubeObject, host: string, now: Instant): void {
  const where = `${describeRef(refOf(secret))} in the namespace ${secret.metadata.namespace ?? ''}`;
  const certificate = certificateIn(secret);
  if (!certificate) {
    throw new UserError(
      `${where} holds no certificate and key`,
      'Name a Secret of the type kubernetes.io/tls, with tls.crt and tls.key.',
    );
  }
  if (certificate.checkHost(host) === undefined)
    throw otherNames(where, namesIn(certificate), host);
  const end = Date.parse(certificate.validTo);
  if (end <= now) {
    throw new UserError(
      `the certificate of ${where} was good until ${toIso(end as Instant).slice(0, 10)}`,
      'Renew it there; every deploy copies it anew.',
    );
  }
}

function otherNames(where: string, names: readonly string[], host: string): UserError {
  const tooDeep = names.find((name) => name.startsWith('*.') && host.endsWith(name.slice(1)));
  const [, ...parents] = host.split('.');
  return new UserError(
    `the certificate of ${where} is for ${names.join(', ')}, not for ${host}`,
    tooDeep
      ? `A wildcard stands for one label: write \`host\` with dashes, as "{id}-{service}${tooDeep.slice(1)}".`
      : `Name a Secret with a certificate for *.${parents.join('.')}, or change \`preview.host\`.`,
  );
}

function certificateIn({ data }: KubeObject): X509Certificate | undefined {
  const fields = fieldsOf(data);
  const text = textOf(fields['tls.crt']);
  if (text === '' || textOf(fields['tls.key']) === '') return undefined;
  const crypto = process.getBuiltinModule('node:crypto');
  try {
    return new crypto.X509Certificate(Buffer.from(text, 'base64'));
  } catch {
    return undefined;
  }
}

function namesIn({ subjectAltName, subject }: X509Certificate): readonly string[] {
  const names = (subjectAltName ?? '')
    .split(', ')
    .flatMap((part) => (part.startsWith('DNS:') ? [part.slice('DNS:'.length)] : []));
  return names.length > 0 ? names : [subject];
}
