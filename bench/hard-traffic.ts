/**
 * As walk-forward.ts, on made-up traffic of the kinds that are hard to plan for: a weekend never seen, bursts at no fixed
 * hour, trends, levels that step or wander. `npm run bench:hard-traffic [-- --requests] [--noise] [--afterwards] [--size RATIO] [--seeds N] [--traffic NAME,…] [--kinds NAME,…]`
 */
import { parseArgs } from "node:util";
import { section } from "../policy/minutes.ts";
import { header, KINDS, row, type Score, scaledTo, score, serviceOf, USUAL_KINDS } from "./hindsight.ts";
import { made, TRAFFIC, WINDOW } from "./made-traffic.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "boolean", default: false },
    noise: { type: "boolean", default: false },
    seeds: { type: "string", default: "4" },
    traffic: { type: "string", default: Object.keys(TRAFFIC).join() },
    kinds: { type: "string", default: USUAL_KINDS },
    size: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    afterwards: { type: "boolean", default: false },
  },
});
console.log(header(values));
const overall: Score[] = [];
for (const name of values.traffic.split(",")) {
  for (const kind of values.kinds.split(",")) {
    const scores = Array.from({ length: Number(values.seeds) }, (_, seed) => {
      const trace = scaledTo(KINDS[kind]!, made(TRAFFIC[name]!, seed + 1), Number(values.size));
      const cut = trace.rates.length - WINDOW;
      return score(
        serviceOf(kind, KINDS[kind]!, section(trace, 0, cut)),
        section(trace, cut, WINDOW),
        values,
      );
    });
    overall.push(...scores);
    console.log(row(name, kind, scores));
  }
}
console.log(row("all", "", overall));
