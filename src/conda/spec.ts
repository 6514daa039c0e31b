/** Parts of a MatchSpec (conda's `match_spec.py`) as far as they matter here; the rest of it the solver reads. */
export interface SpecParts {
  readonly channel: string | undefined;
  readonly name: string;
  readonly spec: string;
}

/** `channel::name=1.2=build`, `name >=1,<2`, `name==1.2`. Gives back why it is none. */
export function parseSpec(written: string): SpecParts | { readonly fault: string } {
  const text = written.trim();
  const at = text.lastIndexOf('::');
  const channel = at < 0 ? undefined : text.slice(0, at).trim();
  const spec = at < 0 ? text : text.slice(at + 2).trim();
  if (channel === '') return { fault: 'has no channel before `::`' };
  if (/[[\]]/.test(spec)) return { fault: 'has brackets, which are not read: write `name=version=build`' };
  // What the solver cannot parse it takes for a name, or ends by it.
  const [, name, rest = ''] = /^([A-Za-z0-9_][\w.-]*)(.*)$/.exec(spec) ?? [];
  if (name === undefined) return { fault: 'does not begin with the name of a package' };
  if (!isVersionPart(rest.trim())) return { fault: 'is no package with a version: such as `numpy >=1.26,<2`' };
  return { channel, name: name.toLowerCase(), spec };
}

const version = String.raw`[\w.*+!~^$-]+`;
const constraint = String.raw`(?:[=!<>~]=?=?\s*)?${version}`;
const build = String.raw`[\w.*+-]+`;
const many = String.raw`${constraint}(?:\s*[,|]\s*${constraint})*`;
const versionPart = new RegExp(`^(?:${many}|=${version}=${build}|==${version}=${build}|${many}\\s+${build})$`);

function isVersionPart(text: string): boolean {
  return text === '' || (text.length < 500 && versionPart.test(text));
}
