import fc from 'fast-check';
import type { GateSettings, Order, Pipeline, Stage, Via } from '../../src/promotion/pipeline.ts';
import { length, pipeline, stage, windows } from '../builders/promotion.ts';

/** What kind of pipeline a history is played on. */
export interface Variant {
  /** Three stages in a row, or four of which two stand side by side before the last. */
  readonly shape: 'row' | 'all' | 'any';
  readonly via: Extract<Via, 'ref' | 'pull-request' | 'outputs' | 'dispatch'>;
  /** Of the last stage (`checks`: of the first), besides a soak. */
  readonly gate: 'none' | 'approval' | 'window' | 'checks';
  /** Whether clocks of runners differ by no more than they should. */
  readonly clocks: 'kept' | 'far-off';
}

/** All kinds; simple ones, with clocks that are kept, come more often. */
export const variants: fc.Arbitrary<Variant> = fc.record({
  shape: fc.constantFrom('row', 'row', 'all', 'any'),
  via: fc.constantFrom('ref', 'pull-request', 'outputs', 'dispatch'),
  gate: fc.constantFrom('none', 'none', 'none', 'approval', 'window', 'checks'),
  clocks: fc.constantFrom('kept', 'kept', 'kept', 'far-off'),
});

const soak: GateSettings = { soak: length('20m') };

/** The pipeline of that order and kind. */
export function pipelineOf(order: Order, { shape, via, gate }: Variant): Pipeline {
  const isReported = via === 'outputs' || via === 'dispatch';
  const way = { via, arrival: isReported ? 'reported' : 'observed' } as const;
  const last = { ...way, gates: { ...soak, ...gateOf(gate) } };
  return pipeline({
    order,
    finishWithin: length('12h'),
    requiredChecks: gate === 'checks' ? ['build'] : [],
    stages: [stage('dev', way), ...stagesOf(shape, way, last)],
  });
}

function stagesOf(shape: Variant['shape'], way: Partial<Stage>, last: Partial<Stage>): Stage[] {
  if (shape === 'row')
    return [
      stage('staging', { after: ['dev'], ...way, gates: soak }),
      stage('prod', { after: ['staging'], ...last }),
    ];
  return [
    stage('eu', { after: ['dev'], ...way, gates: soak }),
    stage('us', { after: ['dev'], ...way }),
    stage('prod', { after: ['eu', 'us'], need: shape, ...last }),
  ];
}

function gateOf(gate: Variant['gate']): GateSettings {
  if (gate === 'approval') return { approval: { by: ['maintain'], count: 1, self: false } };
  return gate === 'window' ? { windows: windows(['08:00-20:00']) } : {};
}
