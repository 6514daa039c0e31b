import { hostname } from 'node:os';
import { statIfThere } from '../host/files.ts';
import { type Found, found, missing } from '../lib/found.ts';
import type { DetectCondition } from './file-schemas.ts';

/** A site preset with the ways to know its machine. */
export interface DetectableSite {
  readonly name: string;
  readonly detect: readonly DetectCondition[];
}

/** What was found of a site, or several that fit. */
export type FoundSite =
  | Found<string>
  | { readonly kind: 'ambiguous'; readonly candidates: readonly { readonly value: string; readonly how: string }[] };

export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** That of this machine if none is given. */
  readonly hostname?: string;
}

/** Which of the sites this machine belongs to, by the marks that their presets name. */
export async function detectSite(
  sites: readonly DetectableSite[],
  { environment, hostname: hostName = hostname() }: Machine,
): Promise<FoundSite> {
  const fitting: { value: string; how: string }[] = [];
  const tried: string[] = [];
  for (const { name, detect } of sites)
    for (const condition of detect) {
      const marks = await Promise.all(marksOf(condition, { environment, hostname: hostName }));
      const lacking = marks.filter(({ isHere }) => !isHere);
      if (lacking.length === 0) {
        fitting.push({ value: name, how: marks.map(({ what }) => what).join(' and ') });
        break;
      }
      tried.push(`\`${name}\`, which has ${lacking.map(({ what }) => what).join(' and ')}`);
    }
  const [first] = fitting;
  if (first === undefined) return missing(tried);
  return fitting.length === 1 ? found(first.value, first.how) : { kind: 'ambiguous', candidates: fitting };
}

interface Mark {
  readonly what: string;
  readonly isHere: boolean;
}

function marksOf(
  { hostname: pattern, file, variable }: DetectCondition,
  { environment, hostname: hostName }: Required<Machine>,
): (Mark | Promise<Mark>)[] {
  const marks: (Mark | Promise<Mark>)[] = [];
  if (variable !== undefined) {
    const [name = '', ...rest] = variable.split('=');
    const value = environment[name] ?? '';
    const isHere = rest.length === 0 ? value !== '' : value === rest.join('=');
    marks.push({ what: `the variable \`${variable}\``, isHere });
  }
  if (pattern !== undefined)
    marks.push({ what: `the host name \`${pattern}\``, isHere: fitsHostName(pattern, hostName) });
  if (file !== undefined)
    marks.push(statIfThere(file).then((stats) => ({ what: `\`${file}\``, isHere: stats !== undefined })));
  return marks;
}

/** The whole name or its first part; `*` stands for any characters. */
function fitsHostName(pattern: string, hostName: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const expression = new RegExp(`^${parts.map((part) => part.replace(/[^a-z0-9]/g, '\\$&')).join('.*')}$`);
  const whole = hostName.toLowerCase();
  return [whole, whole.split('.')[0] ?? ''].some((name) => expression.test(name));
}
