import { formatValue } from '../lib/format.ts';
import { hasDigest, isOfLayers } from './image-source.ts';
import { fileNameOf } from './normalize.ts';
import type { WrittenEasyconfig } from './schema.ts';
import { findSitePath } from './site-paths.ts';
import { templateNames } from './templates.ts';

/** What others would stumble over in an easyconfig that is in order: `path` leads to the key that it is about. */
export interface LintWarning {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string;
}

/** All warnings for an easyconfig that is to go into a collection for several sites. `fileName` has no directory. */
export function lintEasyconfig(easyconfig: WrittenEasyconfig, fileName: string): LintWarning[] {
  return [
    ...lintName(easyconfig, fileName),
    ...lintAbout(easyconfig),
    ...lintImage(easyconfig),
    ...lintBinds(easyconfig),
    ...lintVariables(easyconfig),
    ...lintChecks(easyconfig),
    ...lintCommands(easyconfig),
    ...lintRequirements(easyconfig),
    ...lintTemplates(easyconfig),
  ];
}

function lintName({ name, version, versionsuffix = '' }: WrittenEasyconfig, fileName: string): LintWarning[] {
  const wanted = fileNameOf({ name, version, versionsuffix });
  if (fileName === wanted) return [];
  const hint = 'its name is how others find it: rename it, or fix `name`, `version` or `versionsuffix`';
  return [
    { path: ['name'], message: `the file should be called \`${wanted}\`, not \`${formatValue(fileName)}\``, hint },
  ];
}

/** What `module help` and `module spider` show. */
const about = {
  description: 'say in a few lines what it is and how to run it: `module help` shows them',
  whatis: 'add such as `whatis: ["Description: MPI for Python"]`: `module spider` shows and finds it',
  homepage: 'name the page of the software',
} as const;

function lintAbout(easyconfig: WrittenEasyconfig): LintWarning[] {
  return (['description', 'whatis', 'homepage'] as const)
    .filter((key) => (easyconfig[key]?.length ?? 0) === 0)
    .map((key) => ({ path: ['name'], message: `there is no \`${key}\``, hint: about[key] }));
}

/** An image that is built is known by what it is built on. */
function lintBuild({ base, base_sha256 }: NonNullable<WrittenEasyconfig['build']>): LintWarning[] {
  if (base === undefined || base_sha256 !== undefined || hasDigest(base)) return [];
  return [
    {
      path: ['build', 'base'],
      message: `nothing says which image this is: no ${isOfLayers(base) ? 'digest (`docker://…@sha256:…`)' : '`base_sha256`'}`,
      hint: isOfLayers(base)
        ? '`ctinstall show` says of the image that you tried which digest that was'
        : 'write the hash of the image that you tried: `sha256sum` prints it',
    },
  ];
}

function lintImage({ image, build }: WrittenEasyconfig): LintWarning[] {
  if (build !== undefined) return lintBuild(build);
  if (image === 'none') return [];
  const warnings: LintWarning[] = [];
  const { sha256, source, verify } = image;
  if (sha256 === undefined && verify === undefined)
    warnings.push({
      path: ['image', 'file'],
      message: 'nothing says which image this is: no `sha256`, and no signature is asked for',
      hint: 'write the hash of the image that you tried: ctinstall install --inject-checksums <easyconfig>',
    });
  if (source === undefined)
    warnings.push({
      path: ['image', 'file'],
      message: 'there is no `source`: who has not got the image cannot install it',
      hint: 'say where it comes from, such as `source: docker://…`',
    });
  else if (/^(docker|oras):\/\//.test(source) && !/@sha256:[0-9a-f]{64}$/.test(source))
    warnings.push({
      path: ['image', 'source'],
      message: `\`${formatValue(source)}\` may be another image tomorrow`,
      hint: 'name it by its digest: `…@sha256:<64 hex digits>`',
    });
  else if (source.startsWith('http://'))
    warnings.push({
      path: ['image', 'source'],
      message: 'anyone on the way can change what comes by `http://`',
      hint: 'use `https://` if the server has it',
    });
  return warnings;
}

function lintBinds({ binds = [] }: WrittenEasyconfig): LintWarning[] {
  return binds.flatMap((bind, index): LintWarning[] => {
    if (typeof bind !== 'string' && 'site' in bind) return [];
    const [host, isOptional] = typeof bind === 'string' ? [bind, false] : [bind.host, bind.optional === true];
    const path = typeof bind === 'string' ? ['binds', index] : ['binds', index, 'host'];
    const group = findSitePath(host);
    if (group !== undefined)
      return [
        {
          path,
          message: `\`${formatValue(host)}\` is a path of some sites only`,
          hint: `write \`{ site: ${group} }\`: each site's settings say what that is there`,
        },
      ];
    if (isOptional || host.startsWith('%(installdir)s') || isOnEachMachine(host)) return [];
    return [
      {
        path,
        message: `where \`${formatValue(host)}\` is missing, the module does not load`,
        hint: `write \`{ host: ${formatValue(host)}, optional: true }\` if it works without, or \`{ site: <group> }\`, which each site says`,
      },
    ];
  });
}

/** What every Linux has. */
function isOnEachMachine(path: string): boolean {
  return /^\/(proc|sys|dev|tmp|var\/tmp|etc\/(passwd|group|hosts|resolv\.conf|localtime|nsswitch\.conf))(\/|$)/.test(
    path,
  );
}

function lintVariables({ env = {} }: WrittenEasyconfig): LintWarning[] {
  return (['module', 'container'] as const).flatMap((where) =>
    Object.entries(env[where] ?? {}).flatMap(([name, value]) => {
      const text = typeof value === 'string' ? value : [value.prepend ?? [], value.append ?? []].flat().join(':');
      return text.split(/[:,;\s=]/).some((part) => findSitePath(part) !== undefined)
        ? [
            {
              path: ['env', where, name],
              message: `\`${formatValue(text)}\` holds a path of some sites only`,
              hint: 'leave it to the settings of the site: `module_env`',
            },
          ]
        : [];
    }),
  );
}

function lintChecks(easyconfig: WrittenEasyconfig): LintWarning[] {
  if (easyconfig.image === 'none' || (easyconfig.sanity_check_commands?.length ?? 0) > 0) return [];
  return [
    {
      path: ['name'],
      message: 'no command of a sanity check: an image that does not work would be installed',
      hint: 'add such as `sanity_check_commands: ["python -c \'import mpi4py\'"]`',
    },
  ];
}

function lintCommands(easyconfig: WrittenEasyconfig): LintWarning[] {
  const {
    build_dependencies: modules = [],
    post_install: commands = [],
    sanity_check_commands: checks = [],
  } = easyconfig;
  const isUsed = [...commands, ...checks].some((each) => typeof each !== 'string' && each.host === true);
  const unused: LintWarning[] =
    modules.length === 0 || isUsed
      ? []
      : [
          {
            path: ['build_dependencies'],
            message: 'no command of the install runs on the host: nothing uses these modules',
            hint: 'leave them out; a module that is needed at run time belongs into `depends_on`',
          },
        ];
  const onHost = (['post_install', 'sanity_check_commands'] as const).flatMap((key) =>
    (easyconfig[key] ?? []).flatMap((command, index) =>
      typeof command !== 'string' && command.host === true
        ? [
            {
              path: [key, index, 'host'],
              message: 'a command outside the container needs each user to pass `--allow-host-commands`',
              hint: 'run it inside, or leave it to a hook of the site',
            },
          ]
        : [],
    ),
  );
  return [...unused, ...onHost];
}

function lintRequirements({ python }: WrittenEasyconfig): LintWarning[] {
  const requirements = python?.venv?.requirements ?? [];
  if (typeof requirements === 'string') return [];
  return requirements.flatMap((requirement, index) =>
    /===?|@/.test(requirement)
      ? []
      : [
          {
            path: ['python', 'venv', 'requirements', index],
            message: `\`${formatValue(requirement)}\` may be another version tomorrow`,
            hint: 'name the version that you tried, such as `torchmetrics==1.0`',
          },
        ],
  );
}

/** What was meant as a template, and is none: `%(version)`, `%{version}s`, `%version`, `{{ version }}`. */
const nearTemplate = new RegExp(
  String.raw`%%|%\((?:${templateNames.join('|')})\)s|(%\(\w+\)?|%\{\w+\}s?|%(?:${templateNames.join('|')})\b|\{\{ *(?:${templateNames.join('|')}) *\}\})`,
  'g',
);

function lintTemplates(easyconfig: WrittenEasyconfig): LintWarning[] {
  return textsOf(easyconfig, []).flatMap(({ path, text }) =>
    [...text.matchAll(nearTemplate)].flatMap(([, wrong]) =>
      wrong === undefined
        ? []
        : [
            {
              path,
              message: `\`${formatValue(wrong)}\` is no template and stays as it is`,
              hint: `templates are ${templateNames.map((name) => `\`%(${name})s\``).join(', ')}; \`%%\` stands for \`%\``,
            },
          ],
    ),
  );
}

function textsOf(value: unknown, path: readonly PropertyKey[]): { path: readonly PropertyKey[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, isList ? Number(key) : key]));
}
