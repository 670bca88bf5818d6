const WIDTH = 100;

/** A value as JSON: on one line what fits there, and the rest with one line for each part. */
export function jsonText(value: unknown, indent = '', before = ''): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + before.length + line.length <= WIDTH) {
    return line;
  }
  const inside = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((one) => inside + jsonText(one, inside)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => {
    const key = `${JSON.stringify(name)}: `;
    return inside + key + jsonText(field, inside, key);
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}
