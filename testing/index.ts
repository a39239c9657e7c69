/** Capacity tests: a team's own mocha and chai suite holds its plans to their SLOs on real traffic. */
export { scaled } from "../policy/scaled.ts";
export { capacity, type OnTraffic, type Traffic, type Unjudged } from "./capacity.ts";
export {
  type FileName,
  givenPlanOf,
  heldOut,
  type PlannedService,
  planOf,
  readTrace,
} from "./planned-service.ts";
export { type DeclaredSlo, everySlo, type Promised } from "./promise.ts";
