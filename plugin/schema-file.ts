import { writeFileSync } from "node:fs";
import { analyzedSchema } from "./schema.ts";

writeFileSync(new URL("schema.json", import.meta.url), `${JSON.stringify(analyzedSchema(), null, 2)}\n`);
