import type { BuildFacts } from '../../../discover/build-facts.ts';
import type { buildWays } from '../../../easyconfig/rules.ts';
import type { Runtime } from '../../../runtime/runtime.ts';

/** Who is to build: what a user may ask for. */
export type WayChoice = (typeof buildWays)[number];

interface NoWay {
  readonly kind: 'none';
  readonly why: string;
  readonly hint: string;
}

/** How the runtime builds a definition file here, or why it cannot. */
export type RuntimeWay = { readonly kind: 'runtime'; readonly flags: readonly string[]; readonly says: string } | NoWay;

/** How ctinstall builds one itself, or why it cannot. */
export type TreeWay = { readonly kind: 'tree'; readonly proot: string | undefined; readonly says: string } | NoWay;

/**
 * Apptainer finds its way by itself, SingularityCE has to be told. Sources: Apptainer 1.4 `cmd/internal/cli/build_linux.go`,
 * and what it did on a machine with and without each of these.
 */
export function chooseRuntimeWay(flavour: Runtime['flavour'], facts: BuildFacts): RuntimeWay {
  const { isRoot, hasOtherIds, isSetuid, hasUserNamespaces, hasSubuids, hasFakeroot } = facts;
  const way = (says: string, flags: readonly string[] = []): RuntimeWay => ({ kind: 'runtime', flags, says });
  const alone = 'in a user namespace with no other user than root: packages that make users or change owners may fail';
  if (isRoot) return way(hasOtherIds ? 'as root' : alone);
  const fakeroot = flavour === 'apptainer' ? [] : ['--fakeroot'];
  if (hasSubuids && (hasUserNamespaces || isSetuid)) return way('with user ids of your own (/etc/subuid)', fakeroot);
  if (flavour === 'apptainer' && hasUserNamespaces && hasFakeroot)
    return way('in a user namespace with `fakeroot`: a statically linked program sees no owners but you and root');
  if (flavour === 'apptainer' && hasUserNamespaces) return way(alone);
  return { kind: 'none', why: describeLack(flavour, facts), hint: hintOf(flavour, facts) };
}

export interface TreeFacts {
  /** The program, if it is there. */
  readonly proot: string | undefined;
  /** Whether anything is to be run in the image. */
  readonly runsScripts: boolean;
}

/** The way without the runtime: nothing is needed for it but a proot, and that only for commands. */
export function chooseTreeWay({ proot, runsScripts }: TreeFacts): TreeWay {
  if (!runsScripts)
    return { kind: 'tree', proot: undefined, says: 'ctinstall builds it itself: nothing is to be run in it' };
  if (proot !== undefined)
    return {
      kind: 'tree',
      proot,
      says: `\`${proot}\` runs its commands: all files become root's (\`chown\` is forgotten), and \`mknod\` makes nothing`,
    };
  return { kind: 'none', why: 'there is no `proot` on PATH', hint: 'load a module with proot 5.4 or later' };
}

function describeLack(flavour: Runtime['flavour'], { hasUserNamespaces }: BuildFacts): string {
  if (!hasUserNamespaces) return 'user namespaces are not allowed on this machine';
  return flavour === 'apptainer' ? 'no way is left' : 'you have no user ids of your own in /etc/subuid';
}

/** What a site could offer. */
function hintOf(flavour: Runtime['flavour'], { hasUserNamespaces }: BuildFacts): string {
  const others =
    'load a module with proot 5.4 or later, or build it elsewhere and copy the image; files and Python packages need none of this: `--base`';
  if (!hasUserNamespaces)
    return `ask your support team for user namespaces (\`user.max_user_namespaces\`) on a node, ${others}`;
  return flavour === 'apptainer'
    ? others
    : `ask your support team for an entry in /etc/subuid and \`newuidmap\`, or for Apptainer, ${others}`;
}
