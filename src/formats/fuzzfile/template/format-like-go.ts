import type { TemplateValue } from './types.ts';

/** As much as a text of a template is padded with. */
export const mostWidth = 10_000;

/** Go's `fmt.Sprintf`, with the verbs that templates use. What does not fit is told of in the text, as Go does. */
export function formatLikeGo(format: string, values: readonly TemplateValue[]): string {
  let next = 0;
  return format.replace(
    /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const value = values[next];
      next += 1;
      if (next > values.length) return `%!${verb}(MISSING)`;
      return pad(formatOne(value, verb, precision), flags, Math.min(Number(width ?? 0), mostWidth));
    },
  );
}

function formatOne(value: TemplateValue, verb: string, precision: string | undefined): string {
  switch (verb) {
    case 'd':
      return typeof value === 'number' ? String(Math.trunc(value)) : `%!d(${plain(value)})`;
    case 'f':
      return typeof value === 'number' ? value.toFixed(Number(precision ?? 6)) : `%!f(${plain(value)})`;
    case 'x':
      return typeof value === 'number' ? value.toString(16) : Buffer.from(plain(value)).toString('hex');
    case 'q':
      return JSON.stringify(plain(value));
    case 't':
    case 'v':
    case 's':
      return precision === undefined ? plain(value) : plain(value).slice(0, Number(precision));
    default:
      return `%!${verb}(${plain(value)})`;
  }
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, flags.includes('0') ? '0' : ' ');
}

function plain(value: TemplateValue): string {
  if (value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(plain).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
