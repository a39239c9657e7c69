import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { type Bag, emptyCloud, type Held } from "./cloud.ts";
import { clientsOf } from "./moto/clients.ts";
import { standInAws } from "./provider.ts";

/** What a test asks of the cloud, over the process's own channel. */
export type Request =
  | { readonly ask: "contents" }
  /** Refuse one resource, once: the `create`th from now on, or that of the name. */
  | { readonly ask: "refuse"; readonly create: number | string }
  /** The version of a launch template whose instances set off the alarms that watch them. */
  | { readonly ask: "spoil"; readonly version: string }
  /** What somebody changes without Pulumi, in what moto does not hold. */
  | { readonly ask: "change"; readonly type: string; readonly outputs: Bag };

const cloud = emptyCloud();
const spoiled = new Set<string>();
let refusal: number | string = Number.POSITIVE_INFINITY;

function beforeCreate(name: string): void {
  if (typeof refusal === "number") refusal -= 1;
  if (refusal !== 0 && refusal !== name) return;
  refusal = Number.POSITIVE_INFINITY;
  throw new Error(`InsufficientCapacity: no room for ${name}`);
}

function answer(request: Request): readonly Held[] | null {
  switch (request.ask) {
    case "contents":
      return cloud.all();
    case "refuse":
      refusal = request.create;
      return null;
    case "spoil":
      spoiled.add(request.version);
      return null;
    case "change":
      for (const each of cloud.all().filter(({ type }) => type === request.type))
        cloud.hold({ ...each, outputs: { ...each.outputs, ...request.outputs } });
      return null;
  }
}

process.on("message", (request: Request) => process.send!(answer(request)));
process.on("disconnect", () => process.exit());
const aws = standInAws(cloud, clientsOf(process.env.MOTO!), beforeCreate, spoiled);
/** Pulumi's server for Node cannot say which inputs changed. Not told that any did, the engine compares them, and honors `replaceOnChanges`. */
const served: Provider = {
  ...aws,
  diff: async (...asked) => {
    const { changes, ...found } = await aws.diff!(...asked);
    return changes ? found : { changes: false, ...found };
  },
};
await main(served, process.argv.slice(2)); // writes its port
