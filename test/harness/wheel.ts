import { makeZip } from './zip.ts';

/**
 * A bash command that writes a wheel into a directory, with no network: a package of one module, `<name>.py`, and a console
 * script of the same name that prints which Python runs it.
 */
export function makeWheel(name: string, { version = '1.0', directory = 'wheels', requires = '' } = {}): string {
  const info = `${name}-${version}.dist-info`;
  const files = Object.entries({
    [`${name}.py`]: `version = '${version}'\ndef main():\n    import sys\n    print('${name}', version, sys.executable, *sys.argv[1:])\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires === '' ? '' : `Requires-Dist: ${requires}\n`}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/entry_points.txt`]: `[console_scripts]\n${name} = ${name}:main\n`,
  });
  const record = `${info}/RECORD`;
  const listed = [...files.map(([path]) => path), record].map((path) => `${path},,\n`).join('');
  const wheel = makeZip(
    [...files, [record, listed] as const].map(([path, text]) => [path, Buffer.from(text)] as const),
  );
  const target = `'${directory}/${name}-${version}-py3-none-any.whl'`;
  return `mkdir -p '${directory}' && base64 -d <<< ${wheel.toString('base64')} > ${target}`;
}
