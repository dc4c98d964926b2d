/** The code blocks of a language in a page, as they are written there. */
export function codeBlocks(text: string, language: string): string[] {
  const all = [...text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)];
  return all.flatMap(([, of, block = '']) => (of === language ? [block] : []));
}
