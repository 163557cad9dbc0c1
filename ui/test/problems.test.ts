import assert from "node:assert/strict";
import { test } from "node:test";
import { byField } from "../src/lib/problems.ts";

test("a problem goes to its field, and one that has none is not lost", () => {
  const first = { line: 3, key: "aor", message: "first" };
  const second = { line: 3, key: "aor", message: "second" };
  const other = { line: 9, key: "listen", message: "other" };
  const whole = { line: 1, key: null, message: "no TOML" };
  assert.deepEqual(byField([first, second, other, whole], ["aor", "id"]), { fields: { aor: "first" }, rest: [second, other, whole] });
});
