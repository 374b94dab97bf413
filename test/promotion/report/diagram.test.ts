import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeLabel, renderDiagram } from '../../../src/promotion/report/diagram.ts';
import { stageViews } from '../../../src/promotion/report/stage-view.ts';
import { healthy, history, pipeline, stage } from '../../builders/promotion.ts';
import { viewOf } from '../../builders/promotion-view.ts';
import { evilTexts } from './evil-texts.ts';

/** What Mermaid's grammar may meet: letters, digits, blanks, and entities in decimal. */
const safe = /^(?:[A-Za-z0-9 ]|#\d+;)*$/;

/** The label as Mermaid shows it, without the joiners. */
function read(label: string): string {
  return label
    .replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('\u2060', '');
}

describe('a label of the drawing', () => {
  test.each(evilTexts.map((text) => [JSON.stringify(text), text]))(
    'keeps %s from the grammar',
    (_, text) => {
      expect(escapeLabel(text)).toMatch(safe);
    },
  );

  test('is short and within the grammar whatever it is made from', () => {
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...evilTexts)).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const label = escapeLabel(text);
        expect(label).toMatch(safe);
        expect(read(label).length).toBeLessThanOrEqual(40);
      }),
    );
  });

  test.each([
    ['staging', 'staging'],
    ['v1.2.3-rc.1+build_7', 'v1.2.3-rc.1+build_7'],
    ['Prüfung 🚀', 'Prüfung 🚀'],
    ['a<b>&"c"', 'a<b>&"c"'],
    ['*all* `code` ~x~ __init__', '∗all∗ ˋcodeˋ ∼x∼ ˍˍinitˍˍ'],
  ])('is read as it was: %s', (text, shown) => {
    expect(read(escapeLabel(text))).toBe(shown);
  });

  // Mermaid 11 reads Markdown, formulas and icons in decoded labels: what begins them stands apart.
  test.each([
    ['1. first', /^\d/],
    ['- item', /^-/],
    ['$$x$$', /\$\$/],
    ['fa:fa-ban', /:fa/],
    ['https://e.vil', /:\/\//],
    ['a@e.vil', /@e/],
    ['[x](y)', /\]\(/],
    ['\\n', /\\n/],
  ])('begins nothing by %s', (text, begun) => {
    const decoded = escapeLabel(text).replace(/#(\d+);/g, (_, code) =>
      String.fromCodePoint(Number(code)),
    );
    expect(decoded).not.toMatch(begun);
  });
});

describe('the drawing', () => {
  test('has every line in the form that Mermaid reads', () => {
    const stages = [
      stage('a "quoted" one'),
      stage('end', { after: ['a "quoted" one'] }),
      stage('both', { after: ['a "quoted" one', 'end'] }),
    ];
    const observations = { end: healthy('v1'), both: healthy(undefined) };
    const view = viewOf({ pipeline: pipeline({ stages }), history: history('v1'), observations });
    const lines = renderDiagram(stageViews(view));
    const forms = [
      /^```(mermaid)?$/,
      /^flowchart LR$/,
      /^ {2}s\d+\["(?:[A-Za-z0-9 ,]|#\d+;|<br\/>)+"\]$/,
      /^ {2}s\d+ --> s\d+$/,
      /^ {2}classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}(,stroke-width:2px)?$/,
      /^ {2}class s\d+ [a-z]+$/,
      /^$/,
    ];
    for (const line of lines)
      expect(forms.filter((form) => form.test(line)).map(() => line)).toEqual([line]);
    expect(lines.filter((line) => line.includes('-->'))).toHaveLength(3);
  });

  test('is left out where there are more stages than anybody would read', () => {
    const stages = Array.from({ length: 41 }, (_, index) => stage(`s${index}`));
    const view = viewOf({ pipeline: pipeline({ stages }), observations: {} });
    expect(renderDiagram(stageViews(view))).toEqual([]);
  });
});
