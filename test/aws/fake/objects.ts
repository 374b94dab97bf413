import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Reply } from '../fake-cloudformation.ts';
import type { Cloud } from './model.ts';

/** The little of S3 that templates need. */
export function serveObject(
  { objects }: Cloud,
  { method, url = '/', headers }: IncomingMessage,
  body: Buffer,
): Reply {
  const { pathname } = new URL(url, 'http://localhost');
  const path = decodeURIComponent(pathname.slice(1));
  const there = objects.get(path);
  if (method === 'PUT') {
    if (there && headers['if-none-match'] === '*') return missing(412, 'PreconditionFailed');
    objects.set(path, unchunked(body, headers));
    return { status: 200, body: '', headers: { etag: etag(body) } };
  }
  if (!there) return missing(404, path.includes('/') ? 'NoSuchKey' : 'NoSuchBucket');
  return {
    status: 200,
    body: there,
    headers: { etag: etag(there), 'content-length': String(there.length) },
  };
}

function missing(status: number, code: string): Reply {
  return { status, code, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The SDK sends bodies with a trailing checksum in chunks of its own. */
function unchunked(body: Buffer, headers: IncomingMessage['headers']): Buffer {
  if (!String(headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
