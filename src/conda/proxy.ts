/** The proxy for a URL by the usual variables (`https_proxy`, `no_proxy`, …), or undefined. */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const read = (name: string): string | undefined =>
    (environment[name] ?? environment[name.toUpperCase()] ?? '').trim() || undefined;
  const proxy = read(`${url.protocol.slice(0, -1)}_proxy`) ?? read('all_proxy');
  if (proxy === undefined) return undefined;
  const without = (read('no_proxy') ?? '').split(/[\s,]+/).filter((each) => each !== '');
  if (without.some((each) => each === '*' || isBelow(url, each))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isBelow({ hostname, port }: URL, written: string): boolean {
  const [, name = '', at] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(written) ?? [];
  return (at === undefined || at === port) && (hostname === name || hostname.endsWith(`.${name}`));
}
