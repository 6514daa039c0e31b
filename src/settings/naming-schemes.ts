/** Where the parts of a module name come from; `container` stands for itself. */
export const namingSchemes = ['name/version', 'container/name/version', 'moduleclass/name/version'] as const;
