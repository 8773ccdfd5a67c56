/** A text that KubeSpawner takes as it is: single braces would be its own names, and an unknown one fails each spawn. */
export function literalText(text: string): string {
  return text.replaceAll("{", "{{").replaceAll("}", "}}");
}

/** Variables whose values KubeSpawner takes as they are. The hub puts the user's prefix for `{user}` when it makes the pod. */
export function literalTexts(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, literalText(value)]));
}

/**
 * A regular expression for the images that some patterns allow, the whole name. `*` stands for any characters of an image's
 * name, before the first slash for those of a host. Python and JavaScript read it alike: `$` would let Python pass a line's end.
 */
export function imageExpression(patterns: readonly string[]): string {
  const alternatives = patterns.map((pattern) => {
    const slash = pattern.indexOf("/");
    return starred(pattern.slice(0, slash), "[a-z0-9.-]*") + starred(pattern.slice(slash), "[A-Za-z0-9._/:@-]*");
  });
  return `^(?:${alternatives.join("|")})(?![\\s\\S])`;
}

function starred(text: string, any: string): string {
  return text
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(any);
}
