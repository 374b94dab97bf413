import { afterEach, describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../src/core/user-error.ts';
import { KubeError } from '../../../../src/targets/kubernetes/connect/kube.ts';
import { type Answering, connect, give, refuse, serve } from './api-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const { signal } = new AbortController();
const deployment = '/apis/apps/v1/namespaces/shop/deployments/web';

async function served(answering: Answering, more: Parameters<typeof connect>[2] = {}) {
  const server = await serve(answering);
  closing.push(server.close);
  return { server, ...(await connect(server.url, closing, more)) };
}

describe('a request', () => {
  test('carries method, query, body and who asks, and gives the JSON of the answer', async () => {
    const { kube, server } = await served((_, answer) => give(answer, 200, { kind: 'Deployment' }));
    const request = {
      method: 'PATCH',
      path: deployment,
      query: { fieldManager: 'understudy', force: undefined },
      body: { metadata: { name: 'web', annotations: { greeting: 'Grüße' } } },
      contentType: 'application/apply-patch+yaml',
    } as const;
    expect(await kube.send(request, signal)).toEqual({ kind: 'Deployment' });
    const [asked] = server.seen;
    expect(asked).toMatchObject({ method: 'PATCH', path: deployment, body: request.body });
    expect(String(asked?.query)).toBe('fieldManager=understudy');
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer the-token',
      'content-type': 'application/apply-patch+yaml',
    });
  });

  test('to delete frames its body, so that the connection serves the next one', async () => {
    const { kube, server } = await served((_, answer) => give(answer, 200, {}));
    const body = { propagationPolicy: 'Background' };
    await kube.send({ method: 'DELETE', path: deployment, body }, signal);
    await kube.send({ method: 'GET', path: deployment }, signal);
    expect(server.seen.map((asked) => asked.body)).toEqual([body, undefined]);
    expect(server.connections()).toBe(1);
  });

  test('shares connections with those before it', async () => {
    const { kube, server } = await served((_, answer) => give(answer, 200, {}));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        [1, 2, 3].map((name) =>
          kube.send({ method: 'GET', path: `/api/v1/namespaces/n${name}` }, signal),
        ),
      );
    }
    expect(server.seen).toHaveLength(15);
    expect(server.connections()).toBe(3);
  });

  test('that the server refuses is an error with its reason and the fields at fault', async () => {
    const causes = [
      { reason: 'FieldValueInvalid', message: 'is immutable', field: 'spec.selector' },
    ];
    const { kube, server } = await served((_, answer) =>
      refuse(answer, 422, 'Invalid', 'Deployment.apps "web" is invalid', { details: { causes } }),
    );
    const error = await kube
      .send({ method: 'PATCH', path: deployment, body: {} }, signal)
      .catch(String);
    expect(error).toContain('is invalid');
    const thrown = await kube
      .send({ method: 'PATCH', path: deployment, body: {} }, signal)
      .catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(KubeError);
    expect(thrown).toMatchObject({ status: 422, reason: 'Invalid', causes });
    expect(server.seen).toHaveLength(2);
  });

  test('to apply fields that the kind lacks is answered 500, and is no fault of the server', async () => {
    const { kube, server } = await served((_, answer) =>
      refuse(
        answer,
        500,
        '',
        'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
      ),
    );
    const request = { method: 'PATCH', path: deployment, body: {} } as const;
    await expect(kube.send(request, signal)).rejects.toMatchObject({ status: 400 });
    expect(server.seen).toHaveLength(1);
  });

  test('answered by something that is not Kubernetes says so', async () => {
    const { kube } = await served((_, answer) => answer.end('<html>Sign in</html>'));
    await expect(kube.send({ method: 'GET', path: '/version' }, signal)).rejects.toThrow(
      /no JSON.*Sign in/,
    );
  });
});

describe('what passes is tried again', () => {
  test('too many requests, after the time the server asks for, however often', async () => {
    const { kube, waited } = await served((_, answer, count) =>
      count <= 40
        ? refuse(answer, 429, 'TooManyRequests', 'slow down', { headers: { 'retry-after': '2' } })
        : give(answer, 200, { fine: true }),
    );
    expect(await kube.send({ method: 'GET', path: '/version' }, signal)).toEqual({ fine: true });
    expect(waited).toHaveLength(40);
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...waited)).toBeLessThanOrEqual(7000);
  });

  test('a server that is away, and connections that are cut', async () => {
    const { kube, waited } = await served((_, answer, count) => {
      if (count === 1) return refuse(answer, 503, 'ServiceUnavailable');
      if (count === 2) return void answer.socket?.destroy();
      if (count === 3) return refuse(answer, 504, 'Timeout');
      return give(answer, 200, {});
    });
    await kube.send({ method: 'PATCH', path: deployment, body: {} }, signal);
    expect(waited).toHaveLength(3);
  });

  test('no answer within the time of one try', async () => {
    const { kube, waited } = await served(
      (_, answer, count) => count > 1 && give(answer, 200, {}),
      { answerWithin: 100 },
    );
    await kube.send({ method: 'GET', path: '/version' }, signal);
    expect(waited).toHaveLength(1);
  });

  test('but an error inside the server not for ever', async () => {
    const { kube, server } = await served((_, answer) =>
      refuse(answer, 500, 'InternalError', 'failed calling webhook'),
    );
    await expect(kube.send({ method: 'GET', path: '/version' }, signal)).rejects.toThrow(/webhook/);
    expect(server.seen).toHaveLength(6);
  });

  test('and a conflict or a missing object never', async () => {
    const { kube, server } = await served((_, answer, count) =>
      refuse(answer, count === 1 ? 409 : 404, count === 1 ? 'Conflict' : 'NotFound'),
    );
    await expect(
      kube.send({ method: 'PATCH', path: deployment, body: {} }, signal),
    ).rejects.toThrow('Conflict');
    await expect(kube.send({ method: 'GET', path: deployment }, signal)).rejects.toThrow(
      'NotFound',
    );
    expect(server.seen).toHaveLength(2);
  });

  test('until the signal ends it, whose reason is thrown', async () => {
    const stop = new AbortController();
    const { kube } = await served((_, answer, count) => {
      if (count === 3) stop.abort(new Error('cancelled'));
      refuse(answer, 429, 'TooManyRequests');
    });
    await expect(kube.send({ method: 'GET', path: '/version' }, stop.signal)).rejects.toThrow(
      'cancelled',
    );
  });

  test('a request that hangs ends with the signal', async () => {
    const stop = new AbortController();
    const { kube } = await served(() => stop.abort(new Error('cancelled')));
    await expect(kube.send({ method: 'GET', path: '/version' }, stop.signal)).rejects.toThrow(
      'cancelled',
    );
  });
});

describe('a change whose answer was lost', () => {
  const body = { metadata: { name: 'web' } };

  test('a create finds what it made', async () => {
    const { kube, server } = await served(({ method }, answer, count) => {
      if (count === 1) return void answer.socket?.destroy();
      if (method === 'POST') return refuse(answer, 409, 'AlreadyExists');
      return give(answer, 200, { metadata: { name: 'web', uid: 'u1' } });
    });
    const path = '/api/v1/namespaces/shop/secrets';
    const made = await kube.send({ method: 'POST', path, body }, signal);
    expect(made).toMatchObject({ metadata: { uid: 'u1' } });
    expect(server.seen.at(-1)).toMatchObject({ method: 'GET', path: `${path}/web` });
  });

  test('a create that meets an older object at once is refused', async () => {
    const { kube } = await served((_, answer) => refuse(answer, 409, 'AlreadyExists'));
    const path = '/api/v1/namespaces/shop/secrets';
    await expect(kube.send({ method: 'POST', path, body }, signal)).rejects.toThrow(
      'AlreadyExists',
    );
  });

  test('so is one that met it after the server had too much to do', async () => {
    const { kube } = await served((_, answer, count) =>
      count === 1 ? refuse(answer, 429, 'TooManyRequests') : refuse(answer, 409, 'AlreadyExists'),
    );
    const path = '/api/v1/namespaces/shop/secrets';
    await expect(kube.send({ method: 'POST', path, body }, signal)).rejects.toThrow(
      'AlreadyExists',
    );
  });

  test('a removal finds nothing', async () => {
    const { kube } = await served((_, answer, count) =>
      count === 1 ? refuse(answer, 504, 'Timeout') : refuse(answer, 404, 'NotFound'),
    );
    expect(await kube.send({ method: 'DELETE', path: deployment }, signal)).toBeUndefined();
  });
});

describe('what people can mend', () => {
  async function problem(
    answering: Answering,
    request = { method: 'PATCH', path: deployment } as const,
  ) {
    const { kube } = await served(answering);
    const thrown = await kube
      .send({ ...request, body: {} }, signal)
      .catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(UserError);
    return (thrown as UserError).problems[0];
  }

  test('a right that is missing is named as the rule to add', async () => {
    const found = await problem((_, answer) =>
      refuse(
        answer,
        403,
        'Forbidden',
        'deployments.apps "web" is forbidden: User "system:serviceaccount:understudy:deployer" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
      ),
    );
    expect(found?.message).toBe(
      'cannot patch deployments web in the namespace shop: system:serviceaccount:understudy:deployer may not patch deployments in the namespace shop',
    );
    expect(found?.hint).toBe(
      'Add this rule to a Role in the namespace shop of that account: {"apiGroups":["apps"],"resources":["deployments"],"verbs":["patch"]}',
    );
  });

  test('of the cluster, it is a ClusterRole that lacks it', async () => {
    const found = await problem((_, answer) =>
      refuse(
        answer,
        403,
        'Forbidden',
        'namespaces is forbidden: User "deployer" cannot list resource "namespaces" in API group "" at the cluster scope',
      ),
    );
    expect(found?.hint).toBe(
      'Add this rule to a ClusterRole of that account: {"apiGroups":[""],"resources":["namespaces"],"verbs":["list"]}',
    );
  });

  test.each([
    ['pods "web" is forbidden: exceeded quota: understudy, requested: pods=1', /quota/],
    [
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      /pod-security/,
    ],
    [
      'admission webhook "policy.example.com" denied the request: no latest tags',
      /policy of the cluster/,
    ],
  ])('a policy is no matter of roles: %s', async (message, hint) => {
    const found = await problem((_, answer) => refuse(answer, 403, 'Forbidden', message));
    expect(found?.message).toContain(message);
    expect(found?.hint).toMatch(hint);
  });

  test('a namespace that is being removed is no fault of theirs', async () => {
    const message = 'unable to create new content in namespace shop because it is being terminated';
    const { kube } = await served((_, answer) => refuse(answer, 403, 'Forbidden', message));
    const request = { method: 'PATCH', path: deployment, body: {} } as const;
    const thrown = await kube.send(request, signal).catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(KubeError);
  });

  test('credentials that are not accepted', async () => {
    const found = await problem((_, answer) => refuse(answer, 401, 'Unauthorized'));
    expect(found?.message).toMatch(/does not accept the credentials/);
    expect(JSON.stringify(found)).not.toContain('the-token');
  });

  test('a server where nothing listens, after a few tries', async () => {
    const gone = await serve(() => {});
    await gone.close();
    const { kube, waited } = await connect(gone.url, closing);
    const thrown = await kube
      .send({ method: 'GET', path: '/version' }, signal)
      .catch((cause: unknown) => cause);
    expect(thrown).toBeInstanceOf(UserError);
    expect(String(thrown)).toContain(`nothing listens at ${gone.url}`);
    expect(waited).toHaveLength(3);
  });
});

describe('lines', () => {
  const path = '/api/v1/namespaces/shop/pods/web/log';

  async function all(lines: AsyncIterable<string>) {
    const got: string[] = [];
    for await (const line of lines) got.push(line);
    return got;
  }

  test('come whole, however the answer is cut into parts', async () => {
    const bytes = Buffer.from('first\nsecond: Grüße\n\nlast');
    const { kube } = await served((_, answer) => {
      for (const byte of bytes) answer.write(Buffer.from([byte]));
      answer.end();
    });
    expect(await all(kube.lines({ method: 'GET', path }, signal))).toEqual([
      'first',
      'second: Grüße',
      '',
      'last',
    ]);
  });

  test('may be long apart: the time of one try is for the first word only', async () => {
    const { kube } = await served(
      (_, answer) => {
        answer.write('first\n');
        setTimeout(() => answer.end('second\n'), 300);
      },
      { answerWithin: 100 },
    );
    expect(await all(kube.lines({ method: 'GET', path }, signal))).toEqual(['first', 'second']);
  });

  test('end where the connection is cut', async () => {
    const { kube } = await served((_, answer) => {
      answer.write('first\n');
      setTimeout(() => answer.socket?.destroy(), 20);
    });
    expect(await all(kube.lines({ method: 'GET', path }, signal))).toEqual(['first']);
  });

  test('end with the reason of the signal', async () => {
    const stop = new AbortController();
    const { kube } = await served((_, answer) => void answer.write('first\n'));
    const reading = (async () => {
      for await (const _ of kube.lines({ method: 'GET', path }, stop.signal)) {
        stop.abort(new Error('cancelled'));
      }
    })();
    await expect(reading).rejects.toThrow('cancelled');
  });

  test('leave no connection open when the reader goes', async () => {
    let closed: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { kube } = await served(({ incoming }, answer) => {
      incoming.socket.on('close', () => closed?.());
      answer.write('first\nsecond\n');
    });
    for await (const line of kube.lines({ method: 'GET', path }, signal)) {
      expect(line).toBe('first');
      break;
    }
    await gone;
  });

  test('are refused as anything else is', async () => {
    const { kube } = await served((_, answer) =>
      refuse(answer, 400, 'BadRequest', 'container is waiting to start'),
    );
    await expect(all(kube.lines({ method: 'GET', path }, signal))).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('what stands behind the proxy of the API server', () => {
  const path = '/api/v1/namespaces/shop/services/http:web:80/proxy/healthz';

  test.each([200, 302, 404, 503])('answers %i, which is its own status', async (status) => {
    const { kube } = await served((_, answer) => {
      answer.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' });
      answer.end('{"message": "mine"}');
    });
    expect(await kube.proxied({ method: 'GET', path }, signal)).toBe(status);
  });

  test('is told apart from a refusal of the API server', async () => {
    const { kube, server } = await served((_, answer) =>
      refuse(answer, 503, 'ServiceUnavailable', 'no endpoints available for service "web"'),
    );
    await expect(kube.proxied({ method: 'GET', path }, signal)).rejects.toMatchObject({
      status: 503,
    });
    expect(server.seen).toHaveLength(1);
  });
});
