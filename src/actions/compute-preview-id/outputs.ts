import type { Computed } from './compute.ts';

/** Where a gateway listens unless told otherwise; the address of local previews. */
const gatewayPort = '7420';

/** The outputs of compute-preview-id. */
export function toOutputs(
  { names, eligibility }: Computed,
  port: string | undefined,
): Record<string, string> {
  const outputs = {
    'preview-id': names.id,
    'preview-id-upper': names.idUpper,
    'preview-id-dashed': names.idDashed,
    slug: names.slug,
    host: names.host,
    url: urlOf(names.host, port ?? gatewayPort),
    environment: names.environment,
    'stack-name': names.stackName,
    namespace: names.namespace,
    eligible: String(eligibility.eligible),
    reason: eligibility.reason,
  };
  return { ...outputs, names: JSON.stringify({ ...outputs, eligible: eligibility.eligible }) };
}

function urlOf(host: string, port: string): string {
  if (host === '') return '';
  return host.endsWith('.localhost') ? `http://${host}:${port}` : `https://${host}`;
}
