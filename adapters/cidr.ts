/** Adjacent IPv4 addresses: those that share their first `prefix` bits. */
export interface Block {
  /** The lowest address, as a number. */
  readonly first: number;
  /** Bits, 0–32. */
  readonly prefix: number;
}

/** `10.0.0.0/16`, already checked, as a block. */
export function block(cidr: string): Block {
  const [address, prefix] = cidr.split("/") as [string, string];
  return {
    first: address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0),
    prefix: Number(prefix),
  };
}

/** A block as AWS writes it. */
export function cidrOf({ first, prefix }: Block): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
}

/** Addresses in a block. */
export function addresses({ prefix }: Block): number {
  return 2 ** (32 - prefix);
}

/** The `index`th of the equal parts that `bits` more bits cut a block into. */
export function part(whole: Block, bits: number, index: number): Block {
  const prefix = whole.prefix + bits;
  return { first: whole.first + index * 2 ** (32 - prefix), prefix };
}

/** Two blocks never overlap in part: one holds the other, which is what they share, or they share nothing. */
export function overlap(one: Block, other: Block): Block | undefined {
  const [wide, narrow] = one.prefix <= other.prefix ? [one, other] : [other, one];
  const inside = narrow.first >= wide.first && narrow.first < wide.first + addresses(wide);
  return inside ? narrow : undefined;
}

/** Whether all of `inner` lies in `outer`. */
export function holds(outer: Block, inner: Block): boolean {
  return outer.prefix <= inner.prefix && overlap(outer, inner) !== undefined;
}

/** What is wrong with a text as a block of `from` to `to` bits, as rule and way out. */
export function wrongCidr(cidr: string, { from, to }: { readonly from: number; readonly to: number }) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr)?.slice(1).map(Number);
  if (parts === undefined || parts.slice(0, 4).some((part) => part > 255) || parts[4]! > 32)
    return "must be an IPv4 CIDR block. Write one such as 10.0.0.0/16";
  const { first, prefix } = block(cidr);
  if (prefix < from || prefix > to) return `must be /${from} to /${to}. Write one such as 10.0.0.0/${from}`;
  const hostBits = first % addresses({ first, prefix });
  if (hostBits === 0) return undefined;
  return `must have no host bits. Write ${cidrOf({ first: first - hostBits, prefix })}`;
}
