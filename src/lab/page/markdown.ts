import { Html } from './html.ts';

/** Renders Markdown as GitHub does in comments and summaries: GFM, and of raw HTML what its schema allows. */
export type MarkdownRenderer = (markdown: string) => Html;

/** Loads the renderer; its libraries are only read when something is to be rendered. */
export async function loadMarkdown(): Promise<MarkdownRenderer> {
  const [{ unified }, parse, gfm, toRehype, raw, sanitize, stringify] = await Promise.all([
    import('unified'),
    import('remark-parse'),
    import('remark-gfm'),
    import('remark-rehype'),
    import('rehype-raw'),
    import('rehype-sanitize'),
    import('rehype-stringify'),
  ]);
  const processor = unified()
    .use(parse.default)
    .use(gfm.default)
    .use(toRehype.default, { allowDangerousHtml: true })
    .use(raw.default)
    .use(sanitize.default, sanitize.defaultSchema)
    .use(stringify.default)
    .freeze();
  const rendered = new Map<string, Html>();
  return (markdown) => {
    const known = rendered.get(markdown);
    if (known) return known;
    const made = new Html(String(processor.processSync(markdown)));
    if (rendered.size > 500) rendered.clear();
    rendered.set(markdown, made);
    return made;
  };
}
