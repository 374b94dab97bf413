/** Units of their own, read only by those who need them. Bundlers leave these imports alone. */
export async function loadTemplates() {
  const { templates } = await import(/* webpackIgnore: true */ './template/open.ts');
  return templates;
}

/** As `loadTemplates`: S3, container images and load balancing. */
export async function loadNearby() {
  const { connectNearby } = await import(/* webpackIgnore: true */ './nearby/entry.ts');
  return connectNearby;
}

/** As `loadTemplates`: mode `expand`. */
export async function loadExpand() {
  const { openExpand } = await import(/* webpackIgnore: true */ './expand/open.ts');
  return openExpand;
}
