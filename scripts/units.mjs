/**
 * What is bundled: file in dist/ → compiled entry. A unit other than an action is loaded by a native
 * `import()` from a file one folder deep in src/, so that one relative path serves src/, build/ and dist/.
 */
export const units = {
  'compute-preview-id/index.js': 'actions/compute-preview-id/main.js',
  'deploy-preview/index.js': 'actions/deploy-preview/main.js',
  'teardown-preview/index.js': 'actions/teardown-preview/main.js',
  'promote-environment/index.js': 'actions/promote-environment/main.js',
  'understudy/index.js': 'actions/understudy/main.js',
  'actions/run-deploy.js': 'actions/run-deploy.js',
  'actions/run-teardown.js': 'actions/run-teardown.js',
  'actions/run-promote.js': 'actions/run-promote.js',
  'actions/recurrences.js': 'actions/recurrences.js',
  'promotion/observe/file-values.js': 'promotion/observe/file-values.js',
  'promotion/ways/pull-request/open.js': 'promotion/ways/pull-request/open.js',
  'ledger/open-git-store.js': 'ledger/open-git-store.js',
  'config/parse.js': 'config/parse.js',
  'github/connect.js': 'github/connect.js',
  'targets/local/target.js': 'targets/local/target.js',
  'targets/cloudformation/target.js': 'targets/cloudformation/target.js',
  'targets/cloudformation/expand/open.js': 'targets/cloudformation/expand/open.js',
  'targets/cloudformation/template/open.js': 'targets/cloudformation/template/open.js',
  'targets/cloudformation/nearby/entry.js': 'targets/cloudformation/nearby/entry.js',
  'targets/kubernetes/target.js': 'targets/kubernetes/target.js',
  'targets/kubernetes/manifests/open.js': 'targets/kubernetes/manifests/open.js',
  'gateway/index.js': 'targets/local/gateway/main.js',
  'lab/index.js': 'lab/main.js',
  'lab/markdown.js': 'lab/markdown.js',
};

/**
 * A library that several units use is a unit of its own, which they import. Of yaml it is the ES modules, which ncc can
 * join: 5 ms faster to load than its CommonJS, and they print nothing for LOG_TOKENS or LOG_STREAM in the environment.
 */
export const sharedLibraries = {
  yaml: { unit: 'yaml/index.js', modules: 'node_modules/yaml/browser/dist/index.js' },
};
