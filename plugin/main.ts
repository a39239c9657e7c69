import { readFileSync } from "node:fs";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { platformDeclaration } from "../components/declaration.ts";
import { Platform } from "../components/platform.ts";
import { knownInputs } from "./known-inputs.ts";

const schema = readFileSync(new URL("schema.json", import.meta.url), "utf8");

/**
 * Setpoint as Pulumi's engine asks for it on behalf of a program in any language. The schema is a file: to analyze the
 * sources instead, as Pulumi's own host does, takes seconds and a compiler in each deployment.
 */
const provider: Provider = {
  version: (JSON.parse(schema) as { readonly version: string }).version,
  schema,
  construct: async (name, type, inputs, options) => {
    if (type !== TYPE) throw new Error(`${type}: the package has ${TYPE} only.`);
    return constructed(name, await knownInputs(inputs), options);
  },
};

const TYPE = "setpoint:index:Platform";

async function constructed(
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  options: ComponentResourceOptions,
) {
  const declaration = platformDeclaration({ deployment: inputs.deployment, services: inputs.services });
  const { urn, url, share, scaling, dashboards } = await Platform.create(name, declaration, options);
  return { urn, state: { url, share, scaling, dashboards } };
}

await main(provider, process.argv.slice(2));
