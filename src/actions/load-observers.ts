import type { StackReading } from '../targets/cloudformation/observe-stage.ts';
import type { WorkloadReading } from '../targets/kubernetes/observe-stage.ts';

/** What only some pipelines need, from units of their own. Bundlers leave these imports alone. */
export async function loadStackReader(reading: StackReading) {
  const unit = await import(/* webpackIgnore: true */ '../targets/cloudformation/target.ts');
  return unit.openStackStages(reading);
}

/** As `loadStackReader`. */
export async function loadWorkloadReader(reading: WorkloadReading) {
  const unit = await import(/* webpackIgnore: true */ '../targets/kubernetes/target.ts');
  return unit.openWorkloadStages(reading);
}

/** As `loadStackReader`. */
export async function loadRecurrences() {
  const unit = await import(/* webpackIgnore: true */ '../actions/recurrences.ts');
  return unit.expandRecurrence;
}
