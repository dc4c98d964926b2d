import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One code block of a guide. What is written after its language (```sh each) is not shown to readers: on which node it is
 * typed, by whom, and whether a test can.
 */
export interface GuideBlock {
  readonly page: string;
  readonly language: string;
  /** Where it is typed: each node, one of them, the one that has the service, or a client. */
  readonly where: Where | null;
  /** It is for these only, of several ways to do it (`crm` or `pcs`, `kernel` or `ganesha`); empty: for all. */
  readonly only: readonly string[];
  /** Why no test runs it; null: one does. */
  readonly spared: string | null;
  readonly text: string;
}

const WHERE = ['each', 'one', 'serving', 'client'] as const;
export type Where = (typeof WHERE)[number];

const FENCE = /(?:<!-- Not run by the test:? ([^>]*?) -->\n\n)?^( *)```(\w+)([^\n]*)\n([\s\S]*?)^ *```$/gm;

/** All code blocks of a guide, in the order of the page. @throws Error where one is spared without a reason */
export function guideBlocks(page: string): GuideBlock[] {
  const text = readFileSync(join('docs/guides', `${page}.md`), 'utf8');
  return [...text.matchAll(FENCE)].map(([, reason, indent = '', language = '', info = '', body = '']) => {
    const words = info.trim().split(' ').filter(Boolean);
    const where = WHERE.find((each) => words.includes(each)) ?? null;
    const spared = words.includes('not-run') ? (reason ?? null) : null;
    if (words.includes('not-run') && spared === null)
      throw new Error(`${page}: no reason is given for\n${body}`);
    if (language === 'sh' && where === null) throw new Error(`${page}: nobody knows where to type\n${body}`);
    const only = words.filter((word) => word !== where && word !== 'not-run');
    return { page, language, where, only, spared, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}
