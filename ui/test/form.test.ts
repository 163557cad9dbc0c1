import assert from "node:assert/strict";
import { test } from "node:test";
import type { LineSettings } from "../src/lib/control.ts";
import { amiss, filled, settings } from "../src/lib/form.ts";

const WRITTEN: LineSettings = {
  id: "work",
  aor: "sip:tina@example.com",
  registrar: "sip:pbx.example.com;transport=tcp",
  outbound_proxy: "sips:edge.example.com",
  auth_username: "tina-auth",
  expires: 600,
  user_agent: "Desk/1",
  password: { in: "file", path: "secret" },
};

test("a line that is shown and saved untouched says the same as before, but for what goes without saying", () => {
  assert.deepEqual(settings(filled(WRITTEN), WRITTEN.password), {
    ...WRITTEN,
    aor: "tina@example.com",
    registrar: "pbx.example.com;transport=tcp",
  });
});

test("what is left empty is left to the engine", () => {
  const form = { ...filled(), aor: "  tina@example.com " };
  assert.deepEqual(settings(form, { in: "keyring" }), {
    id: null,
    aor: "tina@example.com",
    registrar: null,
    outbound_proxy: null,
    auth_username: null,
    expires: null,
    user_agent: null,
    password: { in: "keyring" },
  });
});

test("a password that is typed goes into the keyring, wherever the old one is", () => {
  const place = { in: "env", variable: "SECRET" } as const;
  assert.deepEqual(settings({ ...filled(), password: "new" }, place).password, { in: "keyring" });
  assert.deepEqual(settings(filled(), place).password, place);
});

test("only what the engine could not be told is found wrong here", () => {
  assert.deepEqual(amiss(filled()), ["aor"]);
  assert.deepEqual(amiss({ ...filled(), aor: "nonsense", expires: "1" }), []);
  for (const expires of ["ten", "-5", "60.5", "0x10", "99999999999"]) {
    assert.deepEqual(amiss({ ...filled(), aor: "tina@example.com", expires }), ["expires"], expires);
  }
});
