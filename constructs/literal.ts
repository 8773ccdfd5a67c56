/** A text that the engine takes as it is: a folder, a title or a program may hold `${x}`. Tokens of the synthesizer stay what they are. */
export function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{(?!TfToken\[))/g, "$&$&");
}
