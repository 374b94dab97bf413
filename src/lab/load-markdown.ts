import { Html } from './page/html.ts';

/** Renders Markdown to sanitised HTML, as GitHub does. */
export type MarkdownRenderer = (markdown: string) => Html;

/** Loads the renderer, which is a bundle of its own: nothing else of the lab needs its libraries. */
export async function loadMarkdown(): Promise<MarkdownRenderer> {
  const { createMarkdown } = await import(/* webpackIgnore: true */ './markdown.ts');
  const render = createMarkdown();
  return (markdown) => new Html(render(markdown));
}
