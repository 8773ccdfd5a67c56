/** The only parts of a stack's texts that mean something to the engine; `$$` is its escape. */
const ours = [
  "$" + "{self.input.root}",
  "$" + "{self.input.part}",
  "$" + "{timecmp(plantimestamp(), local.expires) < 0}",
  "$$" + "{ISTHMUS_PYTHON:-python3}",
];

/** Nothing that a user wrote is evaluated by the engine, and no token is left unresolved. */
export function checkTerraform(value: unknown): void {
  if (typeof value === "string") {
    if (/[$%]\{/.test(ours.reduce((text, part) => text.replaceAll(part, ""), value)))
      throw new Error(`the engine would evaluate ${JSON.stringify(value)}`);
    if (/TfToken\[|\p{Cc}/u.test(value)) throw new Error(`not a text for a stack: ${JSON.stringify(value)}`);
  } else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      checkTerraform(key);
      checkTerraform(inner);
    }
}
