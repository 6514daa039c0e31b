import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dropCaches, interleave, median, perRound, roundsOf, run } from '../measure.js';
import { installCommand, mpi4pyImage, prefix, work, writeEasyconfig } from '../work.js';

const modulesOfEach = 100;
/** Of each package every tenth module is imported. */
const step = 10;

/** In a venv of 20,000 small files: sources and what Python compiles of them. */
const packages = 100;

/**
 * `python -c 'import …'` of a tenth of the modules: from the directory, from our squashfs, and from one that mksquashfs makes
 * as it comes; with cold caches and with warm ones.
 */
export function measureImports() {
  const { installDir, env } = installWithModules();
  const [count, files] = [packages * modulesOfEach, packages * modulesOfEach * 2].map((n) => n.toLocaleString('en'));
  const directory = `${installDir}/user-software`;
  run([`${installDir}/bin/make-squashfs`]);
  const plain = `${work}/default-${packages}.squashfs`;
  run(['mksquashfs', directory, plain, '-no-progress']);
  const forms = {
    directory: `${directory}:/user-software`,
    ours: `${directory}.squashfs:/user-software:ro,image-src=/`,
    default: `${plain}:/user-software:ro,image-src=/`,
  };
  const sides = Object.fromEntries(Object.entries(forms).map(([name, bind]) => [name, () => importAll(bind, env)]));
  const warm = interleave(sides, { rounds: roundsOf(5) });
  const cold = dropCaches()
    ? interleave(sides, { rounds: roundsOf(3), warmsUp: false, prepare: dropCaches })
    : undefined;
  const opens = Object.fromEntries(Object.entries(forms).map(([name, bind]) => [name, countOpens(name, bind, env)]));
  const line = (name, what, times, [over, under], aim) => ({
    row: name,
    what,
    unit: ' ×',
    values: perRound(times, (ms) => ms[over] / ms[under]),
    aim,
    notes: [
      `imports, ${files} files: ${Object.entries(times)
        .map(([name, values]) => `${name} ${median(values).toFixed(0)} ms`)
        .join(', ')}`,
    ],
  });
  return [
    line(
      'imports',
      `import of a tenth of ${count} modules (${files} files), caches warm: directory / our squashfs`,
      warm,
      ['directory', 'ours'],
    ),
    line('', '  … squashfs with the defaults / ours', warm, ['default', 'ours']),
    ...(cold === undefined
      ? []
      : [
          line('', '  … caches cold: directory / our squashfs', cold, ['directory', 'ours']),
          line('', '  … caches cold: squashfs with the defaults / ours', cold, ['default', 'ours']),
        ]),
    {
      row: '',
      what: '  … files opened where the install lies, directory',
      unit: '',
      digits: 0,
      values: [opens.directory],
    },
    { row: '', what: '  … the same, our squashfs', unit: '', digits: 0, values: [opens.ours] },
  ];
}

function importAll(bind, env) {
  run(argvOf(bind), { env });
}

function argvOf(bind) {
  return ['singularity', 'exec', '--bind', bind, mpi4pyImage, 'python3', `${work}/imports.py`];
}

/** Each open there asks the metadata server of a parallel file system; in a squashfs they ask one file that is open. */
function countOpens(name, bind, env) {
  const log = `${work}/strace-${name}`;
  run(['strace', '-f', '-qq', '-e', 'trace=open,openat', '-o', log, ...argvOf(bind)], { env });
  const text = readFileSync(log, 'utf8');
  rmSync(log);
  const place = name === 'directory' ? '"/user-software/' : `"${bind.split(':')[0]}"`;
  return text.split('\n').filter((line) => line.includes(place)).length;
}

function installWithModules() {
  const rest = { image: { file: mpi4pyImage.split('/').at(-1) }, python: { venv: { name: 'many' } } };
  run(installCommand(writeEasyconfig(`many${packages}`, rest)));
  const installDir = `${prefix}/software/many${packages}/1`;
  const site = run([
    'bash',
    '-c',
    'echo "$1"/user-software/venv/many/lib/python3*/site-packages',
    'bash',
    installDir,
  ]).trim();
  const names = [];
  for (let each = 0; each < packages; each++) {
    const directory = `${site}/package_${each}`;
    mkdirSync(directory);
    writeFileSync(`${directory}/__init__.py`, '');
    for (let index = 0; index < modulesOfEach - 1; index++) {
      writeFileSync(`${directory}/module_${index}.py`, moduleText(each, index));
      if (index % step === 0) names.push(`package_${each}.module_${index}`);
    }
  }
  const inside = site.slice(site.indexOf('/user-software'));
  const bind = `${installDir}/user-software:/user-software`;
  run(['singularity', 'exec', '--bind', bind, mpi4pyImage, 'python3', '-m', 'compileall', '-q', inside]);
  writeFileSync(
    `${work}/imports.py`,
    `import sys\nsys.path.insert(0, ${JSON.stringify(inside)})\n${names.map((name) => `import ${name}`).join('\n')}\n`,
  );
  return { installDir, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
}

/** About as long as modules are. */
function moduleText(each, index) {
  const functions = Array.from(
    { length: 20 },
    (_, at) =>
      `def function_${at}(a, b):\n    """Function ${at} of module ${index} of package ${each}."""\n    return a * ${at + each} + b\n`,
  );
  return functions.join('\n\n');
}
