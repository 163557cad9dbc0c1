// What the form of a line holds, what that means to the engine, and which field a problem belongs to.

import type { LineSettings, PasswordPlace } from "./control.ts";

/** The form's texts, as typed. */
export interface Form {
  aor: string;
  password: string;
  registrar: string;
  outbound_proxy: string;
  auth_username: string;
  expires: string;
  user_agent: string;
  id: string;
}

export type FieldName = keyof Form;

/** The fields under "More", in their order. */
export const MORE = ["registrar", "outbound_proxy", "auth_username", "expires", "user_agent", "id"] as const;

/** All of them. */
export const FIELDS: readonly FieldName[] = ["aor", "password", ...MORE];

/** What the form shows of a line that there is; of none, nothing. Never a password. */
export function filled(settings?: LineSettings): Form {
  return {
    aor: bare(settings?.aor ?? ""),
    password: "",
    registrar: bare(settings?.registrar ?? ""),
    outbound_proxy: bare(settings?.outbound_proxy ?? ""),
    auth_username: settings?.auth_username ?? "",
    expires: settings?.expires?.toString() ?? "",
    user_agent: settings?.user_agent ?? "",
    id: settings?.id ?? "",
  };
}

/** What the engine is told. A password that is typed goes into the keyring, wherever the old one is. */
export function settings(form: Form, place: PasswordPlace): LineSettings {
  return {
    id: orNull(form.id),
    aor: form.aor.trim(),
    registrar: orNull(form.registrar),
    outbound_proxy: orNull(form.outbound_proxy),
    auth_username: orNull(form.auth_username),
    expires: form.expires.trim() === "" ? null : Number(form.expires.trim()),
    user_agent: orNull(form.user_agent),
    password: form.password === "" ? place : { in: "keyring" },
  };
}

/** What can be seen to be wrong without asking: what the engine could not even be told. */
export function amiss(form: Form): FieldName[] {
  const wrong: FieldName[] = [];
  if (form.aor.trim() === "") wrong.push("aor");
  // The engine counts seconds in 32 bits.
  if (form.expires.trim() !== "" && !/^\d{1,9}$/.test(form.expires.trim())) wrong.push("expires");
  return wrong;
}

// `sip:` goes without saying where it is all that the scheme says; parameters stay.
function bare(uri: string): string {
  return uri.replace(/^sip:/i, "");
}

function orNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed;
}
