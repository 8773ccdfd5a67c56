import { expect, test } from "vitest";
import { messageOf } from "../../../bin/hub/client";

test.each([
  ['{"status": 400, "message": "ann is not running"}', "ann is not running"],
  ["<html><script>var x</script><h1>\n 403 : Forbidden</h1><p>more</p></html>", "403 : Forbidden"],
  ["<html><center><h1>502 Bad Gateway</h1></center><hr>nginx</html>", "502 Bad Gateway"],
  ["plain  words", "plain words"],
  ["", ""],
])("of %s, %s is what matters", (text, message) => {
  expect(messageOf(text)).toBe(message);
});
