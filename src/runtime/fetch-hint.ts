import { isOnThisMachine, schemeOf } from '../easyconfig/image-source.ts';

export interface FailedFetch {
  /** Without secrets. */
  readonly source: string;
  readonly runtime: string;
  /** That ended the runtime. */
  readonly signal: string | undefined;
}

/** The words are those of Go's libraries, which Apptainer and SingularityCE share. The first that fits counts. */
const causes: readonly (readonly [RegExp, (failed: FailedFetch) => string | undefined])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    () => 'free some space, or set `SINGULARITY_TMPDIR` and `SINGULARITY_CACHEDIR` to a directory with more room',
  ],
  [
    /mksquashfs\b.*not found|not found.*\bmksquashfs/i,
    () =>
      'the runtime needs `mksquashfs` to make an image of layers: install squashfs-tools, or pull on another machine',
  ],
  [/toomanyrequests|\b429\b/i, () => 'the registry answers only so often: wait, or log in, which allows more'],
  [
    /no default remote|has no library client|unable to get library service/i,
    ({ runtime }) => `tell the runtime which library to ask: \`${runtime} remote add <name> <server>\``,
  ],
  [
    /[Uu]nauthorized|UNAUTHORIZED|DENIED|authentication required|resource is denied|\b40[13]\b/,
    (failed) => `${loginOf(failed)}; a registry may also say so of a name that it does not have`,
  ],
  [
    /server gave HTTP response to HTTPS client/i,
    () => 'the server speaks plain http: if you trust the network between, set `SINGULARITY_NOHTTPS=1`',
  ],
  [
    /x509|certificate/i,
    () => 'the certificate of the server is not trusted here: set `SSL_CERT_FILE` to your site’s own',
  ],
  [
    /dial tcp|no such host|i\/o timeout|connection refused|network is unreachable|no route to host|TLS handshake timeout|proxyconnect/i,
    ({ source }) =>
      isOnThisMachine(source)
        ? 'nothing answers there: is the server running on this node?'
        : 'this node may have no way to the internet: run it on a login node, or set `https_proxy`',
  ],
  [/unexpected EOF|connection reset|broken pipe|does not match/i, () => 'the server stopped half way: run it again'],
  [
    /invalid layer mediatype|single layer|not a SIF|image format not recognized/i,
    () => 'what is there is no SIF: `docker://` takes container images, `oras://` only SIFs',
  ],
  [
    /no extractable OCI|unsupported image-specific operation|unsupported MediaType|unknown\.config/i,
    () => 'what is there is no container image: if it is a SIF, write `oras://` for `docker://`',
  ],
  [
    /no such file or directory/i,
    ({ source }) =>
      isPath(source) ? 'check the path: a relative one begins at the directory of the easyconfig' : undefined,
  ],
  [
    /(name|manifest|blob|tag)[ _]unknown|not[ _]found|\b404\b|does not exist in the library/i,
    ({ source }) => `check the name and the tag of \`${source}\``,
  ],
  [
    /fakeroot|user namespace|newuidmap|subuid|operation not permitted/i,
    () => 'this node does not let you build images: pull it on another machine, and copy the file',
  ],
];

/** What to do about a failed pull, from what the runtime said. */
export function hintOfFetch(said: string, failed: FailedFetch): string | undefined {
  for (const [pattern, hintOf] of causes) {
    const hint = pattern.test(said) ? hintOf(failed) : undefined;
    if (hint !== undefined) return hint;
  }
  return failed.signal === undefined
    ? undefined
    : 'something killed the runtime: a limit of this node on memory or time, perhaps; try a compute node';
}

function loginOf({ source, runtime }: FailedFetch): string {
  const scheme = schemeOf(source);
  if (scheme === 'library://') return `log in: \`${runtime} remote login\``;
  if (scheme !== 'docker://' && scheme !== 'oras://')
    return 'the server wants a login: download the image yourself, and put it into one of `image_dirs`';
  const [, first = '', rest] = /^\w+:\/\/([^/]*)(\/)?/.exec(source) ?? [];
  // As the runtimes tell a registry from the first part of a name.
  const host = rest !== undefined && (/[.:]/.test(first) || first === 'localhost') ? first : '<registry>';
  return `log in: \`${runtime} registry login --username <you> ${scheme}${host}\``;
}

function isPath(source: string): boolean {
  return !source.includes('://');
}
