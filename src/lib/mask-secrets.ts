const mask = '***';

/** What stands before the `@` of a URL's server; the digest of `docker://name@sha256:…` is none. */
const credentials = /\/\/[^\s/?#"'`]*@(?!sha\d+:)/g;
/** Query parameters that let whoever knows the address in: `token=`, `X-Amz-Signature=`, `sig=`. */
const tellingParameters =
  /([?&][\w.%-]*(?:token|sig|secret|passw|pwd|auth|credential|api[_-]?key)[\w.%-]*=)[^\s&#"'`]*/gi;

/** The text without the user names, passwords and tokens that the URLs in it hold, and without `secrets` themselves. */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  const byLength = secrets.filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
  const masked = text.replace(credentials, `//${mask}@`).replace(tellingParameters, `$1${mask}`);
  return byLength.reduce((rest, secret) => rest.replaceAll(secret, mask), masked);
}

/** The password of a URL, as it is written and as it is meant. */
export function secretsOf(url: string): string[] {
  const [, password = ''] = /^\w+:\/\/[^\s/?#:@]*:([^\s/?#]*)@/.exec(url) ?? [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
