/** Of glibc: they belong to the loader of the container, and no others may come before them. */
const libc =
  /^(ld-linux[\w-]*|ld64|libc|libm|libmvec|libpthread|libdl|librt|libresolv|libutil|libnsl|libanl|libnss_\w+|libBrokenLocale|libthread_db|libcrypt)\.so(\.|$)/;

export function isOfLibc(name: string): boolean {
  return libc.test(name);
}

/** The libraries of glibc that programs load. Those of one version work with each other and with its loader only. */
export const glibcNames: readonly string[] = [
  ...['libc.so.6', 'libm.so.6', 'libmvec.so.1', 'libpthread.so.0', 'libdl.so.2', 'librt.so.1', 'libresolv.so.2'],
  ...['libutil.so.1', 'libanl.so.1', 'libnsl.so.1', 'libBrokenLocale.so.1', 'libthread_db.so.1'],
  ...['libnss_files.so.2', 'libnss_dns.so.2', 'libnss_compat.so.2', 'libnss_db.so.2', 'libnss_hesiod.so.2'],
];

/** `ld-linux-x86-64.so.2`. */
export function isLoader(name: string): boolean {
  return /^ld(-linux[\w-]*|64)\.so\.\d+$/.test(name);
}

/** What speaks with the network and the launcher: it must be the host's, whatever the image has by that name. */
const network =
  /^lib(mpi\w*|fabric|uc[pstmc]\w*|ibverbs|rdmacm|ibumad|mlx\w*|efa|cxi|psm2|psm_infinipath|opa\w*|open-\w+|pmi\w*|prrte|hcoll|sharp\w*|xpmem|gdrapi|lustreapi|slurm\w*|munge|cr\w*pals|pals|hwloc|event\w*|mca_\w+)\.so(\.|$)/;

export function isOfNetwork(name: string): boolean {
  return network.test(name);
}

/** Run time of compilers that every image with programs of theirs has. */
export function isOfCompiler(name: string): boolean {
  return /^lib(stdc\+\+|gcc_s)\.so(\.|$)/.test(name);
}
