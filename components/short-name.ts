import { createHash } from "node:crypto";

/**
 * A logical name that leaves room for Pulumi's 8-character suffix within AWS's 32 (balancers, target
 * groups): as it is when it fits, otherwise cut and told apart by a hash of the whole.
 */
export function shortName(name: string, room = 24): string {
  const plain = name.replace(/[^A-Za-z0-9-]/g, "-").replace(/^-+|-+$/g, "");
  if (plain === name && name.length <= room) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 4);
  return `${plain.slice(0, room - 5).replace(/-+$/, "")}-${hash}`;
}
