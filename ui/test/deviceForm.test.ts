import assert from "node:assert/strict";
import { test } from "node:test";
import { byField, settings } from "../src/lib/deviceForm.ts";

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

test("a problem stands at its field, and those of no field together", () => {
  const at = (key: string | null, message: string) => ({ line: 1, key, message });
  const { fields, rest } = byField([at("name", "taken"), at("name", "again"), at("listen", "elsewhere"), at(null, "whole")]);
  assert.deepEqual(fields, { name: "taken" });
  assert.deepEqual(
    rest.map((it) => it.message),
    ["again", "elsewhere", "whole"],
  );
});
