/** The only texts of a stack in which the engine finds something to evaluate; `$$` is its escape. */
const templates: readonly RegExp[] = [
  /^\$\{self\.input\.(root|part)\}$/,
  /^\$\{timecmp\(plantimestamp\(\), local\.expires\) < 0\}$/,
  /^cd "\$ISTHMUS_CONFIG" && kit="\$ISTHMUS_ROOT\/current\/\$ISTHMUS_PART\/kit\/site\.py" && if [^{}]*"\$\$\{ISTHMUS_PYTHON:-python3\}" "\$kit"[^{}]*$/,
  /^bundle="\$PWD\/bundle" && cd "\$ISTHMUS_CONFIG" && "\$\$\{ISTHMUS_PYTHON:-python3\}" "\$bundle\/kit\/site\.py"[^{}]*$/,
];

/** Nothing that a user wrote is evaluated by the engine, and no token is left unresolved. */
export function checkTerraform(value: unknown): void {
  if (typeof value === "string") {
    if (/[$%]\{/.test(value) && !templates.some((t) => t.test(value)))
      throw new Error(`the engine would evaluate ${JSON.stringify(value)}`);
    if (/TfToken\[|\p{Cc}/u.test(value)) throw new Error(`not a text for a stack: ${JSON.stringify(value)}`);
  } else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      checkTerraform(key);
      checkTerraform(inner);
    }
}
