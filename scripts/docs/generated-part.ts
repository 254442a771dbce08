/** `page` with the part that is made from `source` replaced by `content`; the marks around it stay. */
export function withGeneratedPart(page: string, source: string, content: string): string {
  const begin = `<!-- made from ${source} by \`npm run docs\`: do not edit by hand -->`;
  const end = `<!-- end of what is made from ${source} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page lacks the marks:\n${begin}\n${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${content}\n${page.slice(to)}`;
}
