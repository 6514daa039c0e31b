/**
 * A bash command that writes a wheel into a directory, with no network: a package of one module, `<name>.py`, and a console
 * script of the same name that prints which Python runs it. Needs the stand-in image, `$CT_IMAGES`.
 */
export function makeWheel(name: string, { version = '1.0', directory = 'wheels', requires = '' } = {}): string {
  const script = `
import sys, zipfile
name, version, directory, requires = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": f"version = {version!r}\\ndef main():\\n    import sys\\n    print({name!r}, version, sys.executable, *sys.argv[1:])\\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n" + (f"Requires-Dist: {requires}\\n" if requires else ""),
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{info}/entry_points.txt": f"[console_scripts]\\n{name} = {name}:main\\n",
}
record = f"{info}/RECORD"
with zipfile.ZipFile(f"{directory}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in files.items():
        wheel.writestr(path, text)
    wheel.writestr(record, "".join(f"{path},,\\n" for path in [*files, record]))
`;
  const argv = [name, version, directory, requires].map((word) => `'${word}'`).join(' ');
  return `mkdir -p '${directory}' && singularity exec "$CT_IMAGES"/lumi-mpi4py-*.sif python3 -c '${script.replaceAll("'", "'\\''")}' ${argv}`;
}
