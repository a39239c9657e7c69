import { badInput, didYouMean, shown } from "../adapters/bad-input.ts";
import { sloOf } from "../adapters/declaration-rules.ts";
import { sloSchema } from "../adapters/declaration-schema.ts";
import { safeParse } from "../adapters/safe-parse.ts";
import { schemaFaults } from "../adapters/schema-faults.ts";
import { dotted } from "../adapters/source-document.ts";
import type { Service, Slo } from "../policy/service.ts";

/** An SLO in the form of a declaration, such as `{ name: "latency", threshold: "500 ms", objective: "99 %" }`. */
export interface DeclaredSlo {
  readonly name: string;
  readonly threshold?: string;
  readonly objective: string;
  readonly window?: string;
}

/** What a plan is held to: a declared SLO by its name, one of the test's own, or all that are declared. */
export type Promised = string | DeclaredSlo | Slo | typeof everySlo;

/** All SLOs that the service declares. */
export const everySlo: unique symbol = Symbol("every SLO");

/** The service as if it promised exactly what is asked, and nothing else. */
export function promising(service: Service, promised: Promised): Service {
  if (promised === everySlo) return service;
  if (typeof promised !== "string" && (typeof promised !== "object" || promised === null))
    throw badInput([
      {
        where: "meet",
        message: `the SLO is ${shown("slo", promised)}; it must be the name of a declared one, everySlo, or one of the test's own. Write \`.meet("latency")\`.`,
      },
    ]);
  if (typeof promised !== "string") return { ...service, slos: [sloFrom(promised)] };
  const slo = service.slos.find(({ name }) => name === promised);
  if (slo !== undefined) return service.slos.length === 1 ? service : { ...service, slos: [slo] };
  const names = service.slos.map(({ name }) => name);
  throw badInput([
    {
      where: `services.${service.name}.slos`,
      message: `there is no SLO \`${promised.slice(0, 60)}\`; ${didYouMean(promised, names)}`,
    },
  ]);
}

/** `latency`, or `every SLO`. */
export function promisedName(promised: Promised): string {
  if (promised === everySlo) return "every SLO";
  return typeof promised === "string" ? promised : String(promised?.name);
}

function sloFrom(given: DeclaredSlo | Slo): Slo {
  if ("kind" in given) return checked(given);
  const { success, data, error } = safeParse(sloSchema, given);
  if (success) return sloOf(data);
  throw badInput(schemaFaults(sloSchema, error.issues, ["slo"], (path) => dotted(path)));
}

/** An SLO in the form of the engine, ratios and seconds: what no schema has read. */
function checked(slo: Slo): Slo {
  const faults = [
    ...(["latency", "availability"].includes(slo.kind)
      ? []
      : [`kind is ${shown("kind", slo.kind)}; it must be latency or availability`]),
    ...(slo.objective > 0 && slo.objective < 1
      ? []
      : [`objective is ${shown("objective", slo.objective)}; it must be a ratio between 0 and 1`]),
    ...(slo.kind !== "latency" || (slo.threshold > 0 && slo.threshold < Infinity)
      ? []
      : [`threshold is ${shown("threshold", slo.threshold)}; it must be seconds above 0`]),
  ];
  if (faults.length === 0) return slo;
  throw badInput(
    faults.map((fault) => ({
      where: "meet",
      message: `${fault}. Or write it as declared: \`objective: "99 %"\`, \`threshold: "1 s"\`.`,
    })),
  );
}
