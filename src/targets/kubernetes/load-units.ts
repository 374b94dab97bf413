/** A unit of its own: the YAML library is read only by those who need it. Bundlers leave this import alone. */
export async function loadManifests() {
  const { manifests } = await import(/* webpackIgnore: true */ './manifests/open.ts');
  return manifests;
}
