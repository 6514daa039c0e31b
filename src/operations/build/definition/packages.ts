import { schemeOf } from '../../../easyconfig/image-source.ts';
import { parseDefinition } from '../../../formats/definition/parse.ts';
import type { Definition } from '../../../formats/definition/types.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatValue } from '../../../lib/format.ts';
import { maskSecrets } from '../../../lib/mask-secrets.ts';

/** Programs that can add packages, the first that an image has does. */
export const packageManagers = ['apt-get', 'dnf', 'microdnf', 'zypper'];

/** Whichever the image has; what a package manager leaves to be used again is removed. */
const post = `    set -- PACKAGES
    if command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get -q update
        apt-get -q -y --no-install-recommends install "$@"
        apt-get clean
        rm -rf /var/lib/apt/lists/*
    elif command -v dnf >/dev/null; then
        dnf -y install "$@"
        dnf clean all
    elif command -v microdnf >/dev/null; then
        microdnf -y install "$@"
        microdnf clean all
    elif command -v zypper >/dev/null; then
        zypper --non-interactive install --no-recommends "$@"
        zypper clean --all
    else
        echo "the image has none of apt-get, dnf, microdnf, zypper" >&2
        exit 3
    fi
`;

/** A definition file that adds packages of its distribution to an image: a file, or an address. @throws CtinstallError `usage` for what is no name of a package */
export function definePackages(base: string, lists: readonly string[]): Definition {
  const packages = lists.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (packages.length === 0) refuse('`--packages` names no package', 'such as `--packages mesa,libglvnd`');
  for (const name of packages)
    if (!/^[A-Za-z0-9][\w.+:~=-]*$/.test(name))
      refuse(
        `\`${formatValue(name)}\` is no name of a package`,
        'separate names by commas; versions go by `name=version` (apt)',
      );
  // A header cannot hold these.
  if (/[#{}\\\p{Cc}]/u.test(base))
    refuse(
      `\`${formatValue(base)}\` cannot be named in a definition file`,
      'call it otherwise: without `#`, `{`, `}` and `\\`',
    );
  const scheme = schemeOf(base);
  const header =
    scheme === undefined
      ? `Bootstrap: localimage\nFrom: ${base}`
      : `Bootstrap: ${scheme.replace(/:.*/, '')}\nFrom: ${base.slice(scheme.length)}`;
  if (scheme === 'https://' || scheme === 'http://')
    refuse(
      `packages cannot be added to \`${formatValue(maskSecrets(base))}\` itself`,
      'fetch the image, and name its file',
    );
  const text = `${header}\n\n%post\n${post.replace('PACKAGES', packages.join(' '))}`;
  const { definition } = parseDefinition(text);
  if (definition === undefined) throw new Error('the generated definition file is faulty');
  return definition;
}
