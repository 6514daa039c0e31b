import { mkdirSync, writeFileSync } from 'node:fs';
import { work } from '../work.js';

/** A registry of singularity-hpc with so many recipes, as its bot writes them; number 77 says `word` of itself. */
export function makeRegistry(count, word = 'software number 77,') {
  const root = `${work}/registry-${count}`;
  for (let made = 0; made < count; made++) {
    const directory = `${root}/quay.io/biocontainers/soft${made}`;
    mkdirSync(directory, { recursive: true });
    const tags = [0, 1, 2].map((tag) => `  1.${tag}--h${made}_0: sha256:${String(made * 3 + tag).padStart(64, '0')}\n`);
    const aliases = Array.from({ length: 12 }, (_, at) => `  soft${made}-${at}: /usr/local/bin/soft${made}-${at}\n`);
    const about = word.replace('77', String(made));
    writeFileSync(
      `${directory}/container.yaml`,
      `url: https://biocontainers.pro/tools/soft${made}\nmaintainer: '@someone'\ndescription: ${about} as a container\nlatest:\n${tags[2]}tags:\n${tags.join('')}docker: quay.io/biocontainers/soft${made}\naliases:\n${aliases.join('')}`,
    );
  }
  return root;
}

/** A directory of so many recipes of EasyBuild for containers, each of some 500 lines, most of them scripts. */
export function makeEasyBuildRecipes(count) {
  const root = `${work}/recipes-${count}`;
  mkdirSync(root);
  for (let made = 0; made < count; made++)
    writeFileSync(
      `${root}/PyTorch-2.${made}-singularity.eb`,
      recipe(
        made,
        Array.from({ length: 8 }, (_, at) => script(at)),
      ),
    );
  return root;
}

function recipe(made, scripts) {
  const names = scripts.map((_, at) => `tool-${at}`);
  return `#DOC PyTorch in a container
local_version = '2.${made}'
local_sif = f'pytorch-{local_version}.sif'
easyblock = 'MakeCp'
name = 'PyTorch'
version = local_version
versionsuffix = '-singularity'
homepage = 'https://pytorch.org/'
whatis = ['Description: PyTorch in a container', f'Version: {local_version}']
description = """
PyTorch %(version)s, in a container.
"""
toolchain = SYSTEM
sources = [local_sif]
skipsteps = ['build']
files_to_copy = [([local_sif], '.')]
${scripts.map((text, at) => `local_tool_${at} = f"""\n${text}""".replace( '$', '\\\\$' )\n`).join('')}
postinstallcmds = [
    'mkdir -p %(installdir)s/bin',
    'mkdir -p %(installdir)s/runscripts',
${names.map((name, at) => `    f'cat >%(installdir)s/bin/${name} <<EOF {local_tool_${at}}EOF',\n    'chmod a+x %(installdir)s/bin/${name}',\n`).join('')}
    f'singularity exec --bind %(installdir)s/user-software:/user-software %(installdir)s/{local_sif} bash -c "\\$WITH_CONDA ; cd /user-software/venv ; python -m venv --system-site-packages pytorch"',
]
modextravars = {
    'CONTAINERROOT': '%(installdir)s',
    'RUNSCRIPTS': '%(installdir)s/runscripts',
    'SINGULARITYENV_PREPEND_PATH': '/runscripts:/user-software/venv/pytorch/bin',
    'SINGULARITYENV_VIRTUAL_ENV': '/user-software/venv/pytorch',
}
modluafooter = f"""
conflict( 'singularity-AI-bindings' )
create_container_vars( '{local_sif}', 'PyTorch', '%(installdir)s', '/var/spool/slurmd,/opt/cray,/scratch,/project' )
"""
sanity_check_paths = {'files': [f'bin/{each}' for each in ['tool-0', 'tool-1']], 'dirs': ['runscripts']}
moduleclass = 'devel'
`;
}

function script(number) {
  const lines = Array.from(
    { length: 50 },
    (_, at) =>
      `# Line ${at} of what tool ${number} does\nif [[ "$1" == "step-${at}" ]] ; then echo "$PWD is for ${at}" ; fi\n`,
  );
  return `#!/bin/bash\n${lines.join('')}`;
}
