// Which field of a form a problem of the config belongs to.

import type { ConfigProblem } from "./control.ts";

/** What is wrong, by field. */
export type Wrong<Name extends string> = Partial<Record<Name, string>>;

/** The first problem of each of these fields, and those that belong to none. */
export function byField<Name extends string>(
  problems: readonly ConfigProblem[],
  names: readonly Name[],
): { fields: Wrong<Name>; rest: ConfigProblem[] } {
  const fields: Wrong<Name> = {};
  const rest: ConfigProblem[] = [];
  for (const problem of problems) {
    const field = names.find((name) => name === problem.key);
    if (field && fields[field] === undefined) fields[field] = problem.message;
    else rest.push(problem);
  }
  return { fields, rest };
}
