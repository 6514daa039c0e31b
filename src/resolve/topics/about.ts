import type { Resolver } from './resolver.ts';

type Keys =
  | 'name'
  | 'version'
  | 'homepage'
  | 'whatis'
  | 'description'
  | 'usage'
  | 'examples'
  | 'citing'
  | 'docurls'
  | 'extensions'
  | 'deprecated';

/** What people read of an install. */
export const resolveAbout: Resolver<Keys> = ({ easyconfig, fill }) => ({
  part: {
    name: easyconfig.name,
    version: easyconfig.version,
    homepage: easyconfig.homepage === undefined ? undefined : fill(easyconfig.homepage),
    whatis: easyconfig.whatis.map(fill),
    description: fill(easyconfig.description),
    usage: fill(easyconfig.usage),
    examples: fill(easyconfig.examples),
    citing: fill(easyconfig.citing),
    docurls: easyconfig.docurls.map(fill),
    extensions: easyconfig.extensions,
    deprecated: easyconfig.deprecated === undefined ? undefined : fill(easyconfig.deprecated),
  },
  issues: [],
});
