/** A resource that the cloud holds. */
export interface Held {
  readonly id: string;
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** As the program calls it. */
  readonly name: string;
  readonly inputs: Bag;
  readonly outputs: Bag;
}

export type Bag = Readonly<Record<string, unknown>>;

/** What one account of AWS holds, and every id, ARN and name that it has ever given out. */
export interface Cloud {
  readonly all: () => readonly Held[];
  readonly find: (type: string, id: string) => Held | undefined;
  /** Adds it, or puts it in the place of the one with its id. */
  readonly hold: (resource: Held) => Held;
  readonly drop: (resource: Held) => void;
  /** Whether the text is what a resource is known by: of one that exists, or of one that is gone. */
  readonly known: (text: string) => "living" | "gone" | undefined;
}

export function emptyCloud(): Cloud {
  const held = new Map<string, Held>();
  const owners = new Map<string, Set<string>>();
  const keyOf = ({ type, id }: Pick<Held, "type" | "id">) => `${type} ${id}`;
  return {
    all: () => [...held.values()],
    find: (type, id) => held.get(keyOf({ type, id })),
    hold: (resource) => {
      held.set(keyOf(resource), resource);
      for (const text of givenOut(resource))
        owners.set(text, (owners.get(text) ?? new Set()).add(keyOf(resource)));
      return resource;
    },
    drop: (resource) => void held.delete(keyOf(resource)),
    known: (text) => {
      const keys = owners.get(text);
      if (keys === undefined) return undefined;
      return [...keys].some((key) => held.has(key)) ? "living" : "gone";
    },
  };
}

/** Ids, ARNs and names that AWS chose: what another resource may name it by. */
function givenOut({ id, inputs, outputs }: Held): readonly string[] {
  const chosen = Object.entries(outputs).filter(
    ([key, value]) => /(^id|Id|arn|Arn|name|Name|Suffix)$/.test(key) && value !== inputs[key],
  );
  return [id, ...chosen.map(([, value]) => value).filter((value) => typeof value === "string")];
}
