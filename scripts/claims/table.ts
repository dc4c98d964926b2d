/** A test as docs/claims.md names it. */
export interface NamedTest {
  readonly file: string;
  /** What tap prints. */
  readonly title: string;
}

export interface Claim {
  readonly number: number;
  /** Empty: this part is missing. */
  readonly files: readonly string[];
  readonly tests: readonly NamedTest[];
}

const CLAIMS = 48;

/** Reads the table of docs/claims.md. @throws Error that names the row which is wrong */
export function readClaims(text: string): Claim[] {
  const rows = text.split('\n').filter((line) => /^\| *\d+ *\|/.test(line));
  const claims = rows.map((row): Claim => {
    const [, number, words, files = '', tests = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (words === '') throw new Error(`claim ${number} says nothing`);
    if (files === 'not yet') return { number: Number(number), files: [], tests: [] };
    const claim = {
      number: Number(number),
      files: cells(files).map((cell) => quoted(cell, /^`([^`]+)`$/, row)[0]),
      tests: cells(tests).map((cell) => {
        const [file, title] = quoted(cell, /^`([^`]+)`: (.+)$/, row);
        return { file, title: String(title) };
      }),
    };
    if (claim.files.length === 0 || claim.tests.length === 0) throw new Error(`no file or no test: ${row}`);
    return claim;
  });
  const wanted = Array.from({ length: CLAIMS }, (_, index) => index + 1);
  const found = claims.map(({ number }) => number);
  if (found.join() !== wanted.join())
    throw new Error(`the claims are not 1 to ${CLAIMS}, but ${found.join()}`);
  return claims;
}

function cells(text: string): string[] {
  return text.split('<br>').filter((cell) => cell !== '');
}

function quoted(cell: string, form: RegExp, row: string): [string, ...string[]] {
  const [, first, ...rest] = form.exec(cell) ?? [];
  if (first === undefined) throw new Error(`"${cell}" cannot be read: ${row}`);
  return [first, ...rest];
}
