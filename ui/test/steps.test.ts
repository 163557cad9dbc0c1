import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckStep, Outcome, Step } from "../src/lib/control.ts";
import { duration } from "../src/lib/duration.ts";
import { outcome, rows } from "../src/lib/steps.ts";

function found(step: Step, came: Outcome = "holds"): CheckStep {
  return { line: "work", step, outcome: came, took_ms: 12, detail: null, error: null };
}

function told(...args: Parameters<typeof rows>): string[] {
  return rows(...args).map((row) => `${row.step} ${row.state}`);
}

test("steps are in the order of a login, whatever order they came in", () => {
  const steps = [found("login"), found("dns"), found("config"), found("secret"), found("tls")];
  assert.deepEqual(told(steps, false, null), [
    "config holds", "secret holds", "dns holds", "tls holds", "login holds",
  ]);
});

test("while it runs, the step that comes next is told, and none after one that fails", () => {
  assert.deepEqual(told([], true, null), ["config running"]);
  assert.deepEqual(told([found("config"), found("secret")], true, null).at(-1), "dns running");
  assert.deepEqual(told([found("config"), found("secret", "fails")], true, null).at(-1), "secret fails");
  assert.deepEqual(told([found("config")], false, null), ["config holds"]);
  // Not every registrar has TLS: what may never come is not waited for.
  assert.deepEqual(told([found("config"), found("secret"), found("dns")], true, null).at(-1), "login running");
});

test("of a line just saved, saving is the first step and the config's soundness none", () => {
  const saved = { took_ms: 30, password: true };
  const list = rows([found("config"), found("secret")], false, saved);
  assert.deepEqual(list.map((row) => row.label), ["window-step_saved", "window-step_secret_kept"]);
  assert.equal(list[0]?.took, "30 ms");
  assert.deepEqual(told([found("config", "fails")], false, saved), ["saved holds", "config fails"]);
});

test("nobody claims to have found an address by DNS", () => {
  const label = (registrar: string) => rows([found("dns")], false, null, registrar)[0]?.label;
  for (const host of ["pbx.example.com", "1and1.example", "10.example"]) assert.equal(label(host), "window-step_dns", host);
  for (const host of ["192.0.2.1", "[2001:db8::1]", "2001:db8::1"]) assert.equal(label(host), "window-step_dns_address", host);
});

test("a test fails with any step, and holds only with all", () => {
  assert.equal(outcome([found("login"), found("callable")]), "holds");
  assert.equal(outcome([found("login"), found("callable", "unproven")]), "unproven");
  assert.equal(outcome([found("dns", "fails"), found("callable", "unproven")]), "fails");
});

test("a duration is said as the command line says it", () => {
  const said: [number, string][] = [
    [0.4, "< 1 ms"], [41, "41 ms"], [41.9, "41 ms"], [999, "999 ms"], [1000, "1.0 s"], [1240, "1.2 s"], [9949, "9.9 s"],
    [9950, "10 s"], [12_000, "12 s"], [119_499, "119 s"], [119_500, "2 min"], [300_000, "5 min"],
  ];
  for (const [ms, words] of said) assert.equal(duration(ms), words);
});
