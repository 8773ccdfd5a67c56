const width = 120;

/** JSON to be read: what fits a line stands on one. */
export function readableJson(value: unknown): string {
  return `${lines(value, "", 0)}\n`;
}

function lines(value: unknown, indent: string, before: number): string {
  const inline = spaced(value);
  if (indent.length + before + inline.length < width || typeof value !== "object" || value === null) return inline;
  const inner = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ["[", "]", value.map((item) => lines(item, inner, 0))]
    : ["{", "}", members(value, inner)];
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}

function members(value: object, indent: string): string[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => {
      const name = `${JSON.stringify(key)}: `;
      return name + lines(item, indent, name.length);
    });
}

/** One line, with a space after each comma and colon outside strings. */
function spaced(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) =>
    part === "," || part === ":" ? `${part} ` : part,
  );
}
