/** A team's own mocha and chai suite: capacity tests hold plans to their SLOs on real traffic, stack tests what would be deployed. */
export { capacity, type OnTraffic, type Traffic, type Unjudged } from "./capacity.ts";
export {
  type DeployedStack,
  deployed,
  deployedBy,
  guardRules,
  type ProgramSettings,
} from "./deployed-stack.ts";
export {
  type FileName,
  givenPlanOf,
  heldOut,
  type PlannedService,
  planOf,
  readTrace,
  scaled,
} from "./planned-service.ts";
export { type DeclaredSlo, everySlo, type Promised } from "./promise.ts";
export { type Inputs, stacks } from "./stacks.ts";
