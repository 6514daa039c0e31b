import type { EntryPoint } from './package-info.ts';

/** `3.12` of `3.12.4`. @throws RangeError */
export function pythonSeries(version: string): string {
  const series = /^\d+\.\d+/.exec(version)?.[0];
  if (series === undefined) throw new RangeError(`the version of Python is \`${version}\``);
  return series;
}

/** Where a file of a `noarch: python` package goes (conda's `noarch` installation rules). */
export function placeOfNoarch(path: string, series: string): string {
  if (path.startsWith('site-packages/')) return `lib/python${series}/${path}`;
  if (path.startsWith('python-scripts/')) return `bin/${path.slice('python-scripts/'.length)}`;
  return path;
}

/** The script of a command that a Python package declares. */
export function renderEntryPoint({ module, function: called }: EntryPoint, python: string): string {
  const [first = called] = called.split('.');
  const shebang =
    python.length <= 125 && !/\s/.test(python) ? `#!${python}` : `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''`;
  return `${shebang}\n# -*- coding: utf-8 -*-\nimport re\nimport sys\n\nfrom ${module} import ${first}\n\nif __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n    sys.exit(${called}())\n`;
}
