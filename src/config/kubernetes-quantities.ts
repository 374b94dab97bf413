import { metadata, number, pipe, rawCheck, record, string, union } from 'valibot';
import { pathItem } from './path-item.ts';
import { type Fault, rule } from './rule.ts';
import { show, twoLines } from './wording.ts';

const suffixes: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as Kubernetes writes it, as a number; `undefined` for anything else. */
export function readQuantity(text: string): number | undefined {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)(m|k|[MGTPE]|[KMGTPE]i)?$/.exec(text) ?? [];
  const factor = suffixes[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** What is wrong with an amount of memory or storage. */
function bytesFault(text: string): Fault | undefined {
  const amount = readQuantity(text);
  if (amount !== undefined && amount > 0 && !text.endsWith('m')) return undefined;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i.exec(text) ?? [];
  return {
    wrong: text.endsWith('m')
      ? `${show(text)} is a fraction of a byte`
      : `${show(text)} is not an amount of memory or storage`,
    next: `Write a number and its unit, as ${digits ? `${digits}${unit.toUpperCase()}i` : '512Mi or 2Gi'}.`,
  };
}

function cpuFault(text: string): Fault | undefined {
  return /^\d+(?:\.\d+)?m?$/.test(text) && (readQuantity(text) ?? 0) > 0
    ? undefined
    : {
        wrong: `${show(text)} is not a number of processors`,
        next: 'Write whole ones or thousandths, as "2", "0.5" or 500m.',
      };
}

function countFault(text: string): Fault | undefined {
  return /^\d+k?$/.test(text)
    ? undefined
    : { wrong: `${show(text)} is not a number of objects`, next: 'Write a whole number, as 10.' };
}

/** What a resource is measured in follows from its name. */
function amountFault(resource: string, text: string): Fault | undefined {
  if (/(?:^|\.)cpu$/.test(resource)) return cpuFault(text);
  return /(?:memory|storage)$|^hugepages-/.test(resource) ? bytesFault(text) : countFault(text);
}

const resourceName = pipe(
  string(),
  rule((name) =>
    /^[a-z0-9](?:[a-z0-9./-]*[a-zA-Z0-9])?$/.test(name)
      ? undefined
      : {
          wrong: `${show(name)} is not the name of a resource`,
          next: 'Write it as Kubernetes does: cpu, memory, pods, requests.storage.',
        },
  ),
);

/** Amounts by resource. */
export function amounts(example: string) {
  return pipe(
    record(
      resourceName,
      union([string(), number()], twoLines('an amount', '"1"')),
      twoLines('a mapping of resources to amounts', example),
    ),
    rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [name, amount] of Object.entries(dataset.value)) {
        const fault = amountFault(name, String(amount));
        if (fault) addIssue({ message: twoLines(fault.wrong, fault.next), path: [pathItem(name)] });
      }
    }),
    metadata({ title: 'amounts by resource' }),
  );
}

/** One amount of a kind; numbers come as they are written. */
function amount(form: string, example: string, fault: (text: string) => Fault | undefined) {
  return pipe(
    union([pipe(string(), rule(fault)), number()], twoLines(form, example)),
    metadata({ title: 'amount' }),
  );
}

/** Processors. */
export const cpuAmount = amount('a number of processors', '100m', cpuFault);

/** Memory or storage. */
export const byteAmount = amount('an amount of memory or storage', '512Mi', bytesFault);
