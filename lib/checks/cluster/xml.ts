import { parseXml, type XmlDocument, XmlElement } from '@rgrove/parse-xml';
import { Fault } from '../../fault.ts';

/** Reads XML that a program of the cluster printed. @throws Fault `malformed` */
export function parsedXml(text: string, from: string): XmlElement {
  try {
    // A document without an element is none.
    return parseXml(text).root as XmlElement;
  } catch (cause) {
    throw new Fault('malformed', `what ${from} printed is no XML`, { cause });
  }
}

/** All elements of that name below one, however deep, in the order of the document. */
export function descendants(parent: XmlElement | XmlDocument, name: string): XmlElement[] {
  return childrenOf(parent).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ]);
}

/** Elements directly below one, of these names if any are given. */
export function childrenOf(parent: XmlElement | XmlDocument, ...names: readonly string[]): XmlElement[] {
  const elements = parent.children.filter((child): child is XmlElement => child instanceof XmlElement);
  return names.length === 0 ? elements : elements.filter(({ name }) => names.includes(name));
}
