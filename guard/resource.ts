/** One resource as the rules see it: plain data, from the engine or from an offline preview. */
export interface Resource {
  /** Such as `aws:ecs/service:Service`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN. */
  readonly parent: string | undefined;
  /** What is not known before a deployment is `UNKNOWN`, and no rule's business until it is. */
  readonly inputs: Bag;
  /** URNs of what each input was taken from. */
  readonly references: Readonly<Record<string, readonly string[]>>;
  readonly ignoreChanges: readonly string[];
  /** Whether AWS has it already, as far as a preview shows: it has an ARN then. */
  readonly made: boolean;
  /** What its provider puts on everything. */
  readonly defaultTags: Bag;
}

export type Bag = Readonly<Record<string, unknown>>;

export const UNKNOWN: unique symbol = Symbol("known after the deployment");

/** The value at a dotted path; `UNKNOWN` if anything on the way is, `undefined` if it is not there. */
export function at(value: unknown, path: string): unknown {
  let inner = value;
  for (const key of path.split(".")) {
    if (inner === UNKNOWN) return UNKNOWN;
    if (inner === null || typeof inner !== "object") return undefined;
    inner = (inner as Bag)[key];
  }
  return inner ?? undefined;
}

/** Whether a switch is on, as far as anyone knows; launch templates write it as a text. */
export function isOn(value: unknown): boolean {
  return value === UNKNOWN || value === true || value === "true";
}

/** Whether a text, a list or a map is there and not empty, as far as anyone knows. */
export function isGiven(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** A list's members; of anything else, none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or `""`. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What a JSON text holds; `undefined` if it is none. */
export function json(value: unknown): unknown {
  try {
    return JSON.parse(text(value));
  } catch {
    return undefined;
  }
}

/** All resources of a stack. */
export interface Stack {
  readonly resources: readonly Resource[];
  readonly byUrn: ReadonlyMap<string, Resource>;
}

export function stackOf(resources: readonly Resource[]): Stack {
  return { resources, byUrn: new Map(resources.map((each) => [each.urn, each])) };
}

export function ofType(stack: Stack, ...types: readonly string[]): readonly Resource[] {
  return stack.resources.filter(({ type }) => types.includes(type));
}

/** The resources that an input of `resource`, or any, was taken from. */
export function referred({ byUrn }: Stack, { references }: Resource, input?: string): readonly Resource[] {
  const urns = input === undefined ? Object.values(references).flat() : (references[input] ?? []);
  return [...new Set(urns)].flatMap((urn) => byUrn.get(urn) ?? []);
}

/** The nearest of its parents that has this type. */
export function ancestor({ byUrn }: Stack, resource: Resource, type: string): Resource | undefined {
  let parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  while (parent !== undefined && parent.type !== type)
    parent = parent.parent === undefined ? undefined : byUrn.get(parent.parent);
  return parent;
}
