/** Values of EasyBuild's templates, by name: `%(name)s` and so on. */
export type TemplateValues = Readonly<Record<(typeof templateNames)[number], string>>;

export const templateNames = ['name', 'version', 'versionsuffix', 'installdir'] as const;

/** No name holds `(` or `%`: without that rule a long run of `%(` takes quadratic time. */
const template = /%%|%\(([^()%]*)\)s/g;

/** Names of the templates in `text` that do not exist. */
export function findUnknownTemplates(text: string): string[] {
  return [...text.matchAll(template)]
    .map((match) => match[1])
    .filter((name): name is string => name !== undefined && !isTemplateName(name));
}

/** Replaces each template by its value; `%%` stands for `%`. A value is never looked through again. */
export function replaceTemplates(text: string, values: TemplateValues): string {
  return text.replace(template, (whole, name: string | undefined) =>
    name === undefined ? '%' : isTemplateName(name) ? values[name] : whole,
  );
}

function isTemplateName(name: string): name is (typeof templateNames)[number] {
  return (templateNames as readonly string[]).includes(name);
}
