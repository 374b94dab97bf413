import { own } from '../../core/own.ts';
import type { CheckResult } from '../facts.ts';
import type { Gate } from './gate.ts';

/** All the checks named must have passed at the version's commit. `results`: by name; absent = not asked for. */
export function checksGate(
  names: readonly string[],
  results: Readonly<Record<string, CheckResult>> | undefined,
): Gate {
  const states = names.map((name) => ({ name, result: results && own(results, name) }));
  const of = (wanted: CheckResult['state']) =>
    states.filter(({ result }) => result?.state === wanted).map(({ name }) => name);
  const unasked = results === undefined ? names : of('unknown');
  if (of('failure').length > 0) return gate('refused', `failed: ${of('failure').join(', ')}`);
  if (unasked.length > 0) return gate('unknown', `not known: ${unasked.join(', ')}`);
  const missing = states.filter(({ result }) => !result).map(({ name }) => name);
  const open = [
    ...named('not finished', of('pending')),
    // A name that is misspelt is in no list either.
    ...named('not there yet', missing),
  ];
  if (open.length > 0) return gate('waiting', open.join('; '));
  const last = Math.max(...states.map(({ result }) => result?.at ?? Number.NEGATIVE_INFINITY));
  const since = Number.isFinite(last) && { since: last as Gate['since'] & number };
  return { ...gate('passed', `passed: ${names.join(', ')}`), ...since };
}

function named(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what}: ${names.join(', ')}`] : [];
}

function gate(state: Gate['state'], evidence: string): Gate {
  return { gate: 'checks', state, evidence };
}
