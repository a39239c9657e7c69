import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";

/** The package's schema, as Pulumi's component analyser reads it from platform.ts: `npm run schema` keeps it in schema.json. */
export function analyzedSchema(): Readonly<Record<string, unknown>> {
  const { name, version, description } = createRequire(import.meta.url)("../package.json");
  const analyzer = new Analyzer(
    fileURLToPath(new URL(".", import.meta.url)),
    name,
    { main: "platform.ts" },
    new Set(["Platform"]),
  );
  const { components, typeDefinitions, dependencies } = analyzer.analyze();
  return JSON.parse(
    JSON.stringify(generateSchema(name, version, description, components, typeDefinitions, dependencies)),
  );
}
