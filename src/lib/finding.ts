import type { CtinstallError } from './errors.ts';
import { formatValue } from './format.ts';

/** One line of `ctinstall check`: something of this machine that was looked for. */
export interface Finding {
  /** What was looked for: `squashfs tools`. */
  readonly what: string;
  /** `unusable`: it is there, but does not do; `ambiguous`: there are several, and it is not clear which one counts. */
  readonly state: 'found' | 'missing' | 'ambiguous' | 'unusable';
  /** What it is, or what is wrong with it. */
  readonly value: string | undefined;
  /** Where it was found, or every place that was tried. */
  readonly tried: readonly string[];
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Whether no install can work as long as this is so. */
  readonly stopsInstalls: boolean;
}

interface More {
  readonly hint?: string | undefined;
  readonly stopsInstalls?: boolean;
}

export function foundThing(what: string, value: string, how: readonly string[], more: More = {}): Finding {
  return make(what, 'found', value, how, more);
}

export function missingThing(what: string, tried: readonly string[], more: More & { value?: string } = {}): Finding {
  return make(what, 'missing', more.value, tried, more);
}

export function ambiguousThing(what: string, value: string, candidates: readonly string[], more: More = {}): Finding {
  return make(what, 'ambiguous', value, candidates, more);
}

export function unusableThing(what: string, value: string, tried: readonly string[], more: More = {}): Finding {
  return make(what, 'unusable', value, tried, more);
}

/** A fault that would stop an install as well, with the same words. */
export function stoppedBy(what: string, { message, hint }: CtinstallError): Finding {
  return unusableThing(what, message, [], { hint, stopsInstalls: true });
}

/** What programs and files answered goes to a terminal as plain text of one line. */
function make(
  what: string,
  state: Finding['state'],
  value: string | undefined,
  tried: readonly string[],
  { hint, stopsInstalls = false }: More,
): Finding {
  return {
    what,
    state,
    value: value === undefined ? undefined : formatValue(value, 1000),
    tried: tried.map((place) => formatValue(place, 1000)),
    hint,
    stopsInstalls,
  };
}
