import { boolean, check, description, exactOptional, optional, pipe, strictObject } from 'valibot';
import { annotations, objectName, pathField } from './kubernetes-fields.ts';
import { twoLines } from './wording.ts';

const tls = pipe(
  strictObject(
    {
      'copy-from': exactOptional(
        pipe(
          pathField('namespace/name', 'certificates/wildcard', 2),
          description('TLS Secret that is copied, and follows its source at every deploy.'),
        ),
      ),
      secret: exactOptional(
        pipe(
          objectName,
          description('TLS Secret of the namespace, which cert-manager makes, say.'),
        ),
      ),
      default: exactOptional(
        pipe(
          boolean(twoLines('true or false', 'true')),
          description('`true`: the certificate that the controller has of its own.'),
        ),
      ),
    },
    twoLines('a mapping', '{ copy-from: certificates/wildcard }'),
  ),
  check(
    (given) => Object.keys(given).length === 1 && given.default !== false,
    twoLines(
      'it says not one source of the certificate',
      'Write one of copy-from: namespace/name, secret: name and default: true.',
    ),
  ),
  description('Serves over https. Absent: http.'),
);

/** `app.ingress`. */
export const ingress = pipe(
  strictObject(
    {
      class: exactOptional(
        pipe(objectName, description('Ingress class; absent: the default one of the cluster.')),
      ),
      annotations: optional(pipe(annotations, description('Annotations for the controller.')), {}),
      tls: exactOptional(tls),
    },
    twoLines('a mapping', '{ class: nginx }'),
  ),
  description('An Ingress for the host. Absent, and no `gateway`: the preview has no address.'),
);

/** `app.gateway`. */
export const gateway = pipe(
  strictObject(
    {
      parent: pipe(
        pathField('namespace/name', 'infra/public', 3),
        description('The Gateway, as `namespace/name` or `namespace/name/listener`. Needed.'),
      ),
    },
    twoLines('a mapping', '{ parent: infra/public }'),
  ),
  description('An HTTPRoute of a Gateway for the host, instead of an Ingress.'),
);
