/** Something that the suite, or its stand-in of GitHub, takes for granted. */
export interface Assumption {
  readonly name: string;
  /** The answer that it comes to, in a few words. */
  readonly expected: string;
  /** Whether something would go wrong if it did not hold; else it is only good to know. */
  readonly isReliedUpon: boolean;
  ask(): Promise<Finding>;
}

/** What came of asking. */
export interface Finding {
  /** The request, or requests, in a few words. */
  readonly asked: string;
  /** What was answered, in GitHub's words. */
  readonly answer: string;
  /** `undefined` = it could not be asked here; the answer says why. */
  readonly holds: boolean | undefined;
}

/** Something that the suite relies upon. */
export function relied(name: string, expected: string, ask: () => Promise<Finding>): Assumption {
  return { name, expected, isReliedUpon: true, ask };
}

/** Something that is good to know. */
export function told(name: string, expected: string, ask: () => Promise<Finding>): Assumption {
  return { name, expected, isReliedUpon: false, ask };
}

/** A finding. */
export function finding(asked: string, answer: string, holds: boolean | undefined): Finding {
  return { asked, answer, holds };
}

/** An assumption with what came of it. */
export interface Proof extends Finding, Omit<Assumption, 'ask'> {}

/** Asks one after the other, as later ones build on earlier ones. One that breaks does not hold, and says how. */
export async function prove(
  assumptions: readonly Assumption[],
  say: (proof: Proof) => void,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { ask, ...assumption } of assumptions) {
    const found = await ask().catch((error: unknown) => finding('', String(error), false));
    const proof = { ...assumption, ...found };
    proofs.push(proof);
    say(proof);
  }
  return proofs;
}

/** Whether all that is relied upon holds, as far as it could be asked. */
export function isProved(proofs: readonly Proof[]): boolean {
  return proofs.every(({ isReliedUpon, holds }) => !isReliedUpon || holds !== false);
}

const words = new Map([
  [true, 'yes'],
  [false, '**no**'],
  [undefined, 'not asked'],
]);

/** The table for the job's summary. */
export function tableOf(proofs: readonly Proof[]): string {
  const rows = proofs.map(({ name, expected, isReliedUpon, asked, answer, holds }) => [
    isReliedUpon ? name : `${name} (good to know)`,
    asked,
    expected,
    answer,
    words.get(holds) ?? '',
  ]);
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [
    line(['assumption', 'asked', 'expected', 'answer', 'holds']),
    '| --- | --- | --- | --- | --- |',
    ...rows.map(line),
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 400);
}
