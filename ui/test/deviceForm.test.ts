import assert from "node:assert/strict";
import { test } from "node:test";
import { settings } from "../src/lib/deviceForm.ts";

test("the engine is told what was typed, and chooses the extension that nobody typed", () => {
  assert.deepEqual(settings({ name: " desk ", extension: " ", digest: "" }), {
    name: "desk",
    extension: null,
    password: { in: "keyring" },
    digest: null,
  });
  const old = settings({ name: "attic", extension: "007 ", digest: "MD5" });
  assert.equal(old.extension, "007");
  assert.equal(old.digest, "MD5");
});
