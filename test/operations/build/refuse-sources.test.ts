import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseDefinition } from '../../../src/formats/definition/parse.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import { refuseSources } from '../../../src/operations/build/definition/refuse-sources.ts';

function check(bootstrap: string, from: string, rest = ''): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-sources-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'layout'));
  writeFileSync(join(directory, 'layout/index.json'), '{}');
  mkdirSync(join(directory, 'sandbox/dev'), { recursive: true });
  writeFileSync(join(directory, 'image.tar'), '');
  const { definition } = parseDefinition(`Bootstrap: ${bootstrap}\nFrom: ${from}\n${rest}`);
  return refuseSources(definition?.stages ?? [], hostPath(directory));
}

it.each([
  ['oci', 'layout:tag', 'line 2: `oci` takes no tag here: `:tag`'],
  ['oci-archive', 'image.tar:tag', 'line 2: `oci-archive` takes no tag here: `:tag`'],
  ['localimage', 'nothing.sif', /^line 2: there is no `.*\/nothing.sif`$/],
  ['docker-archive', 'none.tar:tag', /^line 2: there is no `/],
  ['oci', 'sandbox', /^line 2: `.*\/sandbox` is no OCI layout: it has no `index.json`$/],
  ['localimage', 'image.tar', /^`.*\/image.tar` is not an image: it is empty$/],
])('%s %s is refused', async (bootstrap, from, message) => {
  await expect(check(bootstrap, from)).rejects.toThrow(message);
});

it.each([
  ['oci', 'layout'],
  ['docker-archive', 'image.tar:name:tag'],
  ['docker-archive', 'image.tar:tag'],
  ['localimage', 'sandbox'],
  ['docker', 'debian:12'],
])('%s %s is not', async (bootstrap, from) => {
  await expect(check(bootstrap, from)).resolves.toBeUndefined();
});

it.each([
  ['%files\n image.tar /a\n none /b\n', /^line 5: there is no `.*\/none`$/],
  ['%files\n none /b\n not-*.txt /b\n', '2 files of `%files` are not there'],
  // A shell of the runtime expands these; what runs on the machine may make others.
  ['%files\n $HOME/none /b\n ~/none\n {a,b} /c\n', undefined],
  ['%setup\n touch none\n%files\n none /b\n', undefined],
])('%j names files of this machine', async (rest, message) => {
  const checked = check('docker', 'debian:12', rest);
  if (message === undefined) await expect(checked).resolves.toBeUndefined();
  else await expect(checked).rejects.toThrow(message);
});

it('a sandbox with device nodes is refused', async () => {
  const definition = parseDefinition('Bootstrap: localimage\nFrom: /\n').definition;
  await expect(refuseSources(definition?.stages ?? [], hostPath('/'))).rejects.toThrow(/^`\/` holds \d+ device nodes/);
});
