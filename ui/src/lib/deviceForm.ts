// What the form of a phone at home holds, and what that means to the engine.

import type { DeviceSettings } from "./control.ts";

/** The form, as filled in. */
export interface DeviceForm {
  name: string;
  extension: string;
  /** One of [`DIGESTS`]; empty for any. */
  digest: string;
}

export type DeviceField = "name" | "extension" | "digest";

/** All of them. */
export const FIELDS: readonly DeviceField[] = ["name", "extension", "digest"];

/** What a phone can be held to. */
export const DIGESTS = ["SHA-256", "MD5"] as const;

/** Those under "More". */
export const MORE: readonly DeviceField[] = ["digest"];

/** What the engine is told; the password is made where it is asked for. */
export function settings(form: DeviceForm): DeviceSettings {
  const extension = form.extension.trim();
  return {
    name: form.name.trim(),
    extension: extension === "" ? null : extension,
    password: { in: "keyring" },
    digest: form.digest === "" ? null : form.digest,
  };
}
