/** A URL as it may be shown and recorded: without the user name and password that it may hold. */
export function maskCredentials(url: string): string {
  return url.replace(/^([a-z-]+:\/\/)[^/]*@/i, '$1***@');
}
