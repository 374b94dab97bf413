import rehypeRaw from 'rehype-raw';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/** How many texts stay rendered: the page asks for the same ones every second. */
const kept = 500;

/**
 * Renders Markdown to HTML as GitHub does in comments and summaries: GFM, and of raw HTML what its schema
 * allows. The renderer remembers what it rendered.
 */
export function createMarkdown(): (markdown: string) => string {
  const processor = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeSanitize, defaultSchema)
    .use(rehypeStringify)
    .freeze();
  const rendered = new Map<string, string>();
  return (markdown) => {
    const known = rendered.get(markdown);
    if (known !== undefined) return known;
    const made = String(processor.processSync(markdown));
    if (rendered.size >= kept) rendered.clear();
    rendered.set(markdown, made);
    return made;
  };
}
