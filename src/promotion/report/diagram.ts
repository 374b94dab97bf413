import { shortened } from '../ways/texts.ts';
import { cut, plainLine } from './shown.ts';
import type { StageState, StageView } from './stage-view.ts';

/** Stages beyond which a drawing helps nobody; Mermaid itself refuses over 50,000 characters and 500 arrows. */
const mostStages = 40;
const longestLabel = 40;

/** Colours of GitHub's own states, each with its text, so that they are read on light and dark ground. */
const classes: Readonly<Record<string, string>> = {
  promoting: 'fill:#ddf4ff,stroke:#0969da,color:#0a3069,stroke-width:2px',
  good: 'fill:#dafbe1,stroke:#1a7f37,color:#0f3d1c',
  waiting: 'fill:#fff8c5,stroke:#9a6700,color:#4d2d00',
  blocked: 'fill:#ffebe9,stroke:#bc4c00,color:#5c1d00',
  failed: 'fill:#ffcecb,stroke:#cf222e,color:#660018,stroke-width:2px',
  quiet: 'fill:#f6f8fa,stroke:#6e7781,color:#24292f',
};

/** The stages as a Mermaid flowchart; empty where there are too many, as the table says it all. */
export function renderDiagram(stages: readonly StageView[]): string[] {
  const arrows = stages.flatMap(({ stage }) => stage.after.map((name) => [name, stage.name]));
  if (stages.length > mostStages || arrows.length > 400) return [];
  const ids = new Map(stages.map(({ stage }, index) => [stage.name, `s${index}`]));
  const used = new Set(stages.map(classOf));
  return [
    '```mermaid',
    'flowchart LR',
    ...stages.map((view, index) => `  s${index}["${labelOf(view)}"]`),
    ...arrows.map(([from = '', to = '']) => `  ${ids.get(from)} --> ${ids.get(to)}`),
    ...[...used].map((name) => `  classDef ${name} ${classes[name]}`),
    ...stages.map((view, index) => `  class s${index} ${classOf(view)}`),
    '```',
    '',
  ];
}

/**
 * Text of others as Mermaid shows it and nothing else: all but letters, digits and blanks as entities
 * (mermaid.js.org/syntax/flowchart.html). Its 11th version reads Markdown, formulas and icons in what the entities
 * say, too: signs that begin such a thing are parted from the next by a word joiner, or are ones that look alike.
 */
export function escapeLabel(text: string): string {
  const entity = (sign: string) => `#${sign.codePointAt(0)};`;
  const shown = cut(plainLine(text), longestLabel)
    .replace(/[*`~]/g, (sign) => alike[sign] ?? sign)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\u02cd')
    .replace(/[\\$:\ufb02\u00b6\].@)]/g, '$&\u2060');
  return `\u2060${shown}`.replace(/[^A-Za-z0-9 ]/gu, entity);
}

const alike: Readonly<Record<string, string>> = { '*': '\u2217', '`': '\u02cb', '~': '\u223c' };

function labelOf({ stage, runs, isOld, health, next, state }: StageView): string {
  const runsNow = runs === undefined ? 'nothing yet' : escapeLabel(shortened(runs));
  const well = runs === undefined && health === 'healthy' ? '' : `, ${health}`;
  const seen = isOld || health === 'unknown' ? 'not known' : `${runsNow}${well}`;
  const goes = next === undefined || next === runs ? '' : ` ${escapeLabel(shortened(next))}`;
  return [escapeLabel(stage.name), seen, `${state}${goes}`].join('<br/>');
}

function classOf({ state, health, runs }: StageView): string {
  const byState: Readonly<Record<StageState, string>> = {
    promoting: 'promoting',
    'under way': 'promoting',
    waiting: 'waiting',
    blocked: 'blocked',
    failed: 'failed',
    superseded: 'quiet',
    'nothing to do': health === 'healthy' && runs !== undefined ? 'good' : 'quiet',
    'not decided': 'quiet',
  };
  return byState[state];
}
