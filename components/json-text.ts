import * as pulumi from "@pulumi/pulumi";

/**
 * A document as JSON text, whatever outputs stand in it. They are awaited together and each once: `pulumi.jsonStringify` makes
 * an output of every map and list on the way, which for a large stack's dashboards is most of its memory.
 */
export function jsonText(document: unknown): pulumi.Output<string> {
  const outputs = new Map<unknown, number>();
  const built = filling(document, outputs);
  return pulumi.all([...outputs.keys()]).apply((values) => JSON.stringify(built(values)));
}

type Filling = (values: readonly unknown[]) => unknown;

function filling(value: unknown, outputs: Map<unknown, number>): Filling {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    const place = outputs.get(value) ?? outputs.size;
    outputs.set(value, place);
    return (values) => values[place];
  }
  if (Array.isArray(value)) {
    const members = value.map((member) => filling(member, outputs));
    return (values) => members.map((member) => member(values));
  }
  if (value === null || typeof value !== "object") return () => value;
  const members = Object.entries(value).map(([key, member]) => [key, filling(member, outputs)] as const);
  return (values) => Object.fromEntries(members.map(([key, member]) => [key, member(values)]));
}
