/**
 * The use cases, wired: units of their own, read only after the configuration, so that the first request
 * of a run has left before. Bundlers leave these imports alone.
 */
export function loadRunDeploy() {
  return import(/* webpackIgnore: true */ '../actions/run-deploy.ts');
}

/** As `loadRunDeploy`. */
export function loadRunTeardown() {
  return import(/* webpackIgnore: true */ '../actions/run-teardown.ts');
}

/** As `loadRunDeploy`. */
export function loadRunPromote() {
  return import(/* webpackIgnore: true */ '../actions/run-promote.ts');
}
