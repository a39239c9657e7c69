import { main } from "@pulumi/pulumi/provider/index.js";
import { type Bag, emptyCloud, type Held } from "./cloud.ts";
import { clientsOf } from "./moto/clients.ts";
import { standInAws } from "./provider.ts";

/** What a test asks of the cloud, over the process's own channel. */
export type Request =
  | { readonly ask: "contents" }
  /** Refuse the `create`th resource from now on, once. */
  | { readonly ask: "refuse"; readonly create: number }
  /** What somebody changes without Pulumi, in what moto does not hold. */
  | { readonly ask: "change"; readonly type: string; readonly outputs: Bag };

const cloud = emptyCloud();
let untilRefusal = Number.POSITIVE_INFINITY;
const faults = {
  beforeCreate: (name: string) => {
    untilRefusal -= 1;
    if (untilRefusal === 0) throw new Error(`InsufficientCapacity: no room for ${name}`);
  },
};

function answer(request: Request): readonly Held[] | null {
  switch (request.ask) {
    case "contents":
      return cloud.all();
    case "refuse":
      untilRefusal = request.create;
      return null;
    case "change":
      for (const each of cloud.all().filter(({ type }) => type === request.type))
        cloud.hold({ ...each, outputs: { ...each.outputs, ...request.outputs } });
      return null;
  }
}

process.on("message", (request: Request) => process.send!(answer(request)));
process.on("disconnect", () => process.exit());
await main(standInAws(cloud, clientsOf(process.env.MOTO!), faults), process.argv.slice(2)); // writes its port
