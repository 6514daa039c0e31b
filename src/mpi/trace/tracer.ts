/**
 * Runs a rank so that what it opens is written beside this script. `LD_DEBUG` (ld.so(8)) says which library asks for which;
 * strace sees other files too, and programs that do without the loader.
 */
export const tracer = String.raw`#!/bin/sh
node=$SLURMD_NODENAME
[ -n "$node" ] || node=$(uname -n)
name=$(dirname "$0")/rank.$node.$$
if strace -qq -o /dev/null true 2>/dev/null; then
  exec strace -qq -ff -e trace=open,openat -e signal=none -o "$name.strace" \
    -E LD_DEBUG=files -E LD_DEBUG_OUTPUT="$name.loader" "$@"
fi
exec env LD_DEBUG=files LD_DEBUG_OUTPUT="$name.loader" "$@"
`;

/** A file of the tracer: of which rank, and which of the two forms its text has. */
export function parseTraceName(name: string): { node: string; rank: string; form: 'loader' | 'strace' } | undefined {
  const [, node = '', number = '', form] = /^rank\.(.+)\.(\d+)\.(loader|strace)\.\d+$/.exec(name) ?? [];
  return form === 'loader' || form === 'strace' ? { node, rank: `${node}.${number}`, form } : undefined;
}
