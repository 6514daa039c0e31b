import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseDefinition } from '../../../src/formats/definition/parse.ts';
import { hostPath } from '../../../src/lib/paths.ts';
import { refuseSources } from '../../../src/operations/build/definition/refuse-sources.ts';

function check(bootstrap: string, from: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-sources-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'layout'));
  mkdirSync(join(directory, 'sandbox/dev'), { recursive: true });
  writeFileSync(join(directory, 'image.tar'), '');
  const { definition } = parseDefinition(`Bootstrap: ${bootstrap}\nFrom: ${from}\n`);
  return refuseSources(definition?.stages ?? [], hostPath(directory));
}

it.each([
  ['oci', 'layout:tag', 'line 2: `oci` takes no tag here: `:tag`'],
  ['oci-archive', 'image.tar:tag', 'line 2: `oci-archive` takes no tag here: `:tag`'],
  ['localimage', 'nothing.sif', /^line 2: there is no `.*\/nothing.sif`$/],
  ['docker-archive', 'none.tar:tag', /^line 2: there is no `/],
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

it('a sandbox with device nodes is refused', async () => {
  const definition = parseDefinition('Bootstrap: localimage\nFrom: /\n').definition;
  await expect(refuseSources(definition?.stages ?? [], hostPath('/'))).rejects.toThrow(/^`\/` holds \d+ device nodes/);
});
