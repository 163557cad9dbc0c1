// A form that is being filled in: what is wrong with it, where, and why it was not taken.

import type { Refused } from "./bellhop.svelte.ts";
import { byField, type Wrong } from "./problems.ts";
import { t } from "./words.ts";

export class Filling<Name extends string> {
  /** While it is being asked for. */
  busy = $state(false);
  /** Whether the fields under "More" are in view. */
  more = $state(false);
  wrong = $state.raw<Wrong<Name>>({});
  refusal = $state.raw<{ sentence: string; lines: string[] } | null>(null);
  /** Rises each time that something is found wrong: then the first field with a problem gets the focus. */
  found = $state(0);

  readonly #names: readonly Name[];
  readonly #hidden: readonly Name[];

  /** `hidden`: those under "More". */
  constructor(names: readonly Name[], hidden: readonly Name[]) {
    this.#names = names;
    this.#hidden = hidden;
  }

  /** Begins anew with what is wrong at first sight. True where nothing is. */
  check(wrong: Wrong<Name>): boolean {
    this.refusal = null;
    this.#find(wrong);
    return Object.keys(wrong).length === 0;
  }

  /** Why the engine did not take it. */
  explain({ error, problems, details }: Refused) {
    const { fields, rest } = byField(problems, this.#names);
    this.refusal = { sentence: error.message, lines: problems.length === 0 ? details : rest.map((it) => it.message) };
    this.#find(fields);
  }

  #find(wrong: Wrong<Name>) {
    this.wrong = wrong;
    const count = Object.keys(wrong).length;
    if (count > 0) this.refusal = { sentence: t("window-form_amiss", { count }), lines: this.refusal?.lines ?? [] };
    this.more ||= this.#hidden.some((name) => wrong[name] !== undefined);
    this.found += 1;
  }
}
