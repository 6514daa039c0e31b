/** Labels that are added to those of the base. */
export type Labels = Readonly<Record<string, string>>;

/** `/.singularity.d/labels.json` with more labels; what is no such file begins as an empty one. */
export function addLabels(text: string | undefined, labels: Labels): string {
  return `${JSON.stringify({ ...asObject(text), ...labels }, null, 1)}\n`;
}

/** The object `inspect-metadata.json` of a SIF with more labels; undefined where it is no such JSON. */
export function addLabelsToMetadata(text: string, labels: Labels): string | undefined {
  const document = asObject(text);
  const data = objectIn(document, 'data');
  const attributes = data && objectIn(data, 'attributes');
  if (data === undefined || attributes === undefined) return undefined;
  const all = { ...objectIn(attributes, 'labels'), ...labels };
  return JSON.stringify({ ...document, data: { ...data, attributes: { ...attributes, labels: all } } });
}

function asObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function objectIn(parent: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  const value = parent[name];
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
