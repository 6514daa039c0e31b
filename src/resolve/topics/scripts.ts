import type { Easyconfig } from '../../easyconfig/types.ts';
import { didYouMean } from '../../lib/near.ts';
import type { ResolvedWrappers, ResolveIssue, ScriptChoice } from '../types.ts';
import { resolveWrappers } from '../wrappers.ts';
import type { Resolver } from './resolver.ts';

/** What is in `bin` and among the run scripts: files of ctinstall, and wrappers of programs of the image. */
export const resolveScripts: Resolver<'scripts' | 'wrappers'> = ({ easyconfig, facts, fill }) => {
  const { runscripts } = easyconfig;
  const {
    scripts: bin,
    wrappers,
    issues,
  } = resolveWrappers(easyconfig.wrappers, { scripts: facts.scripts.wrappers, fill });
  const scripts: ScriptChoice[] = [
    ...runscripts.map((name) => ({ name, directory: 'runscripts' as const })),
    ...bin.map((name) => ({ name, directory: 'bin' as const })),
    ...withoutRepeats([
      ...(easyconfig.image === undefined ? [] : standardScripts),
      ...runscripts.flatMap(scriptsCalledBy),
      ...scriptsOfPrograms(easyconfig, wrappers),
      ...(bin.includes('start-shell') ? scriptsOfShell(easyconfig) : []),
    ]).filter(({ name }) => ![...bin, ...runscripts].includes(name)),
  ];
  return { part: { scripts, wrappers }, issues: [...scriptIssues(runscripts, facts.scripts.runscripts), ...issues] };
};

function scriptIssues(asked: readonly string[], known: readonly string[]): ResolveIssue[] {
  return asked.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            path: ['runscripts', index],
            message: `unknown run script \`${name}\``,
            hint: didYouMean(name, known) ?? `there are ${known.map((script) => `\`${script}\``).join(', ')}`,
          },
        ],
  );
}

/** Scripts that every install of an image gets, whatever the easyconfig asks for. */
const standardScripts: readonly ScriptChoice[] = [
  { name: 'in-container', directory: 'bin' },
  { name: 'in-container.bash', directory: '.ctinstall' },
  { name: 'on-host.bash', directory: '.ctinstall' },
  { name: 'in-container-more.bash', directory: '.ctinstall' },
  { name: 'container-env.bash', directory: '.ctinstall' },
  { name: 'container-env-more.bash', directory: '.ctinstall' },
  { name: 'pip-when-packed', directory: 'runscripts' },
  { name: 'make-squashfs', directory: 'bin' },
  { name: 'unmake-squashfs', directory: 'bin' },
  { name: 'update-squashfs', directory: 'bin' },
  { name: 'squashfs-common.bash', directory: '.ctinstall' },
  { name: 'squashfs-contents.bash', directory: '.ctinstall' },
  { name: 'squashfs-lineage.bash', directory: '.ctinstall' },
  { name: 'squashfs-lock.bash', directory: '.ctinstall' },
  { name: 'squashfs-pack.bash', directory: '.ctinstall' },
  { name: 'squashfs-unpack.bash', directory: '.ctinstall' },
];

/** Run scripts that one that is asked for calls. */
function scriptsCalledBy(name: string): ScriptChoice[] {
  // A recipe may name a script `constructor`.
  const names = Object.hasOwn(called, name) ? called[name] : undefined;
  return (names ?? []).map((script) => ({ name: script, directory: 'runscripts' }));
}

const called: Readonly<Record<string, readonly string[]>> = {
  'conda-python-distributed': ['conda-exec', 'python-distributed', 'get-master'],
  'python-distributed': ['get-master'],
  'start-vnc': ['vnc-status', 'stop-vnc'],
};

function withoutRepeats(scripts: readonly ScriptChoice[]): ScriptChoice[] {
  return [...new Map(scripts.map((script) => [script.name, script])).values()];
}

/** What an interactive shell begins with. */
function scriptsOfShell({ conda, condaPackages }: Easyconfig): ScriptChoice[] {
  return conda === undefined && condaPackages === undefined ? [] : [{ name: 'shell-rc', directory: 'runscripts' }];
}

/** Run scripts that wrappers and the recipe's commands call in the container, and those of virtual environments. */
function scriptsOfPrograms(
  { conda, venv, condaPackages, postInstall, sanityCheckCommands }: Easyconfig,
  { commands, directories }: ResolvedWrappers,
): ScriptChoice[] {
  const hasPrograms = commands.length + directories.length > 0;
  const hasCommands = [...postInstall, ...sanityCheckCommands].some(({ host }) => !host);
  return [
    ...((hasPrograms || hasCommands) && conda !== undefined
      ? [{ name: 'conda-exec', directory: 'runscripts' as const }]
      : []),
    ...(condaPackages === undefined ? [] : [{ name: 'conda-packages-exec', directory: 'runscripts' as const }]),
    ...(hasPrograms || venv !== undefined ? [{ name: 'make-venv', directory: 'runscripts' as const }] : []),
    ...(venv === undefined ? [] : [{ name: 'install-requirements', directory: 'runscripts' as const }]),
  ];
}
