/** What is tried in the image before anything else: `$1` is a file only of the image, `$2` a directory only of this machine. */
export const proofScript = `command -v ls >/dev/null || echo no-ls
command -v id >/dev/null || echo no-id
[ -e "$1" ] && echo file
[ -e "$2" ] && echo host
ls -ld "$1" >/dev/null 2>&1 && echo listed-file
ls -ld "$2" >/dev/null 2>&1 && echo listed-host
[ "$(id -u)" = 0 ] && echo root
true
`;

/**
 * What speaks against running anything by this proot; undefined where nothing does. On some kernels it starts the command on the
 * machine itself, with no message and status 0; older ones do not know `statx`, by which programs of today ask for files.
 */
export function judgeProof(said: string): string | undefined {
  const seen = new Set(said.split('\n'));
  if (!seen.has('file') || seen.has('host')) return 'it runs commands on this machine, not in the image';
  if (seen.has('no-ls') || seen.has('no-id')) return 'the image has no `ls` or no `id`, by which it could be tried';
  if (!seen.has('listed-file') || seen.has('listed-host'))
    return 'in the image `ls` does not show what is there: it does not know `statx`, like proot 5.1';
  return seen.has('root') ? undefined : 'in the image you would not be root';
}
