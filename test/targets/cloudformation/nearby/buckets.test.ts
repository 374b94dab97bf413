import { describe, expect, test } from '@jest/globals';
import { connectNearby } from '../../../../src/targets/cloudformation/nearby/entry.ts';
import { answering, type Heard, type Reply } from './answering.ts';

const account = '123456789012';
const upload = {
  bucket: 'templates',
  key: 'understudy/abc.template',
  body: 'Resources: {}\n',
  contentType: 'application/yaml',
};
const fault = (code: string, message = code) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

const connect = (url: string, more = {}) =>
  connectNearby({
    region: 'eu-west-1',
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...more,
    },
    account,
  });

async function uploading(answer: (request: Heard) => Reply) {
  await using server = await answering(answer);
  const outcome = await connect(server.url)
    .upload(upload)
    .catch((cause: Error) => cause);
  const said = outcome instanceof Error ? outcome.message : outcome;
  return { said, heard: server.heard, requests: server.heard.map(({ method }) => method) };
}

const address = 'https://s3.eu-west-1.amazonaws.com/templates/understudy/abc.template';

describe('an upload', () => {
  test('asks first, and puts nothing that is there', async () => {
    expect(await uploading(() => [200])).toMatchObject({ said: address, requests: ['HEAD'] });
  });

  test('puts what is not there, as long as nobody else has, into a bucket of the account, without an access list', async () => {
    const { said, heard } = await uploading(({ method }) => [method === 'HEAD' ? 404 : 200]);
    expect(said).toBe(address);
    expect(heard.map(({ method }) => method)).toEqual(['HEAD', 'PUT']);
    for (const { path, headers } of heard) {
      expect(path.split('?')[0]).toBe('/templates/understudy/abc.template');
      expect(headers['x-amz-expected-bucket-owner']).toBe(account);
    }
    expect(heard[1]?.body).toBe(upload.body);
    expect(heard[1]?.headers).toMatchObject({
      'if-none-match': '*',
      'content-type': 'application/yaml',
    });
    expect(Object.keys(heard[1]?.headers ?? {}).filter((name) => /acl|grant/.test(name))).toEqual(
      [],
    );
  });

  test('is done when another run was quicker', async () => {
    const quicker = await uploading(({ method }) =>
      method === 'HEAD' ? [404] : [412, fault('PreconditionFailed')],
    );
    expect(quicker.said).toBe(address);
  });

  test('is tried again when it meets another run', async () => {
    let puts = 0;
    const { said, requests } = await uploading(({ method }) => {
      if (method === 'HEAD') return [404];
      puts += 1;
      return puts < 3 ? [409, fault('ConditionalRequestConflict')] : [200];
    });
    expect(said).toBe(address);
    expect(requests).toEqual(['HEAD', 'PUT', 'PUT', 'PUT']);
  });

  test('leaves it to the write where looking is not allowed', async () => {
    const { said, requests } = await uploading(({ method }) => [method === 'HEAD' ? 403 : 200]);
    expect(said).toBe(address);
    expect(requests).toEqual(['HEAD', 'PUT']);
  });

  test.each([
    [404, 'NoSuchBucket', 'there is no bucket templates'],
    [301, 'PermanentRedirect', 'the bucket is in another region than the stack'],
    [400, 'AuthorizationHeaderMalformed', 'the bucket is in another region than the stack'],
    [403, 'AccessDenied', 'AWS denies access'],
  ])('that ends with %s %s says what is wrong', async (status, code, message) => {
    const { said } = await uploading(({ method }) =>
      method === 'HEAD' ? [404] : [status, fault(code)],
    );
    expect(said).toContain(
      `cannot put the template into s3://templates/understudy/abc.template: ${message}`,
    );
  });

  test('ends when the run is cancelled', async () => {
    await using server = await answering(() => [200]);
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await expect(connect(server.url).upload(upload, cancelled)).rejects.toThrow();
    expect(server.heard).toEqual([]);
  });

  test('goes to the endpoint of S3 where there is one for it alone', async () => {
    await using server = await answering(() => [200]);
    const nearby = connect('http://127.0.0.1:1', { AWS_ENDPOINT_URL_S3: server.url });
    await nearby.upload(upload);
    expect(server.heard).toHaveLength(1);
  });
});

describe('emptying a bucket', () => {
  const version = (key: string, id: string) =>
    `<Version><Key>${key}</Key><VersionId>${id}</VersionId></Version>`;
  const marker = '<DeleteMarker><Key>gone</Key><VersionId>m1</VersionId></DeleteMarker>';
  const page = (content: string, next = '') =>
    `<?xml version="1.0"?><ListVersionsResult><IsTruncated>${next !== ''}</IsTruncated>${next}${content}</ListVersionsResult>`;
  const next = '<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker>';
  const deleted = '<?xml version="1.0"?><DeleteResult></DeleteResult>';

  test('deletes every version and marker of every page', async () => {
    await using server = await answering(({ method, path }) => {
      if (method === 'POST') return [200, deleted];
      return path.includes('key-marker=a')
        ? [200, page(marker)]
        : [200, page(version('a', '1') + version('a', '2'), next)];
    });
    await connect(server.url).emptyBucket('shop-preview-1');
    const [, first, second, last] = server.heard;
    expect(server.heard.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
    expect(first?.body.match(/<VersionId>\d/g)).toHaveLength(2);
    expect(second?.path).toContain('version-id-marker=2');
    expect(last?.body).toContain('<Key>gone</Key><VersionId>m1</VersionId>');
  });

  test('asks once of a bucket that is empty, or is not there', async () => {
    for (const reply of [
      [200, page('')],
      [404, fault('NoSuchBucket')],
    ] as Reply[]) {
      await using server = await answering(() => reply);
      await connect(server.url).emptyBucket('shop-preview-1');
      expect(server.heard).toHaveLength(1);
    }
  });

  test('says which object stays, and why', async () => {
    await using server = await answering(({ method }) =>
      method === 'GET'
        ? [200, page(version('kept', '1'))]
        : [
            200,
            '<DeleteResult><Error><Key>kept</Key><Code>AccessDenied</Code><Message>locked</Message></Error></DeleteResult>',
          ],
    );
    await expect(connect(server.url).emptyBucket('shop-preview-1')).rejects.toThrow(
      '1 object of the bucket shop-preview-1 cannot be deleted; the first is kept: AccessDenied locked',
    );
  });
});
