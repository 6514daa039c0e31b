import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../../src/formats/definition/parse.ts';
import type { Stage } from '../../../../src/formats/definition/types.ts';
import { hostPath } from '../../../../src/lib/paths.ts';
import { refuseStages, runsScripts } from '../../../../src/operations/build/proot/refuse-stages.ts';
import { postCommand, renderStageFiles, stageLabels } from '../../../../src/operations/build/proot/render-stage.ts';
import { addressOf } from '../../../../src/operations/build/proot/unpack-base.ts';

function stageOf(text: string, header = 'Bootstrap: localimage\nFrom: base.sif\n'): Stage {
  const { definition, issues } = parseDefinition(`${header}${text}`);
  const [stage] = definition?.stages ?? [];
  if (stage === undefined) throw new Error(JSON.stringify(issues));
  return stage;
}

describe('the files of a stage', () => {
  it('are those that the runtimes read', () => {
    const stage = stageOf('%environment\n  A=1\n%runscript -e # why\n  run\n%test\n#!/bin/bash\ntrue\n%help\nHelp\n');
    expect(renderStageFiles(stage, 'all of it')).toEqual([
      { path: 'Singularity', content: 'all of it', mode: 0o644 },
      {
        path: 'env/90-environment.sh',
        content: '#!/bin/sh\n# Of %environment in the definition file.\n\n  A=1\n\n',
        mode: 0o755,
      },
      { path: 'runscript', content: '#!/bin/sh -e\n\n  run\n\n', mode: 0o755 },
      { path: 'test', content: '#!/bin/bash\n\ntrue\n\n', mode: 0o755 },
      { path: 'runscript.help', content: 'Help\n\n', mode: 0o644 },
    ]);
  });

  it('leave those of the base where a section is not there', () => {
    expect(renderStageFiles(stageOf('%labels\n  a b\n'), '').map(({ path }) => path)).toEqual(['Singularity']);
  });

  it('have the labels of the definition, those that %post wrote, and those of every image', () => {
    const facts = { written: 'b from post\n', architecture: 'amd64', time: 0 };
    expect(stageLabels(stageOf('%labels\n  a b\n%help\n  x\n'), facts)).toEqual({
      'org.label-schema.schema-version': '1.0',
      'org.label-schema.build-arch': 'amd64',
      'org.label-schema.build-date': '1970-01-01T00:00:00.000Z',
      'org.label-schema.usage.singularity.deffile.bootstrap': 'localimage',
      'org.label-schema.usage.singularity.deffile.from': 'base.sif',
      'org.label-schema.usage': '/.singularity.d/runscript.help',
      a: 'b',
      b: 'from post',
    });
  });
});

describe('%post', () => {
  it.each([
    ['', ['/bin/sh', '-ex', '/p']],
    ['-u # strict', ['/bin/sh', '-ex', '-u', '/p']],
    ['-c /bin/bash -e', ['/bin/sh', '-ex', '-c', '/bin/bash -e /p']],
  ])('with `%s` is run as the runtimes run it', (args, command) => {
    const { post } = stageOf(`%post ${args}\n  true\n`).scripts;
    expect(post && postCommand(post, '/p')).toEqual(command);
  });

  it('and %test alone need something that runs them', () => {
    expect(runsScripts([stageOf('%labels\n  a b\n')])).toBe(false);
    expect(runsScripts([stageOf('%test\n  true\n')])).toBe(true);
  });
});

describe('what begins a stage', () => {
  it.each([
    ['docker', 'debian:12', 'docker://debian:12'],
    ['oci-archive', 'x.tar', 'oci-archive:x.tar'],
    ['localimage', 'x.sif', undefined],
    ['debootstrap', '', undefined],
  ])('%s', (bootstrap, from, address) => {
    expect(addressOf({ bootstrap, from, place: { line: 1, column: 1, length: 1 } })).toBe(address);
  });
});

describe('what only the runtime can do', () => {
  it.each([
    ['%setup\n  true\n', undefined, /^line 3: `%setup` would run on this machine/],
    ['%pre\n  true\n', undefined, /^line 3: `%pre` would run on this machine/],
    ['%appinstall x\n  true\n', undefined, /`%app…`/],
    ['', 'Bootstrap: yum\nOSVersion: 9\n', /`Bootstrap: yum` needs/],
    ['', 'Bootstrap: localimage\nFrom: x.sif\nFingerprints: 12\n', /`Fingerprints`/],
    ['%files\n  nowhere /x\n', undefined, /^line 4: there is no `\/no-such\/nowhere`/],
  ])('%s%s is told of before anything runs', async (text, header, message) => {
    await expect(refuseStages([stageOf(text, header)], hostPath('/no-such'))).rejects.toThrow(message);
  });
});
