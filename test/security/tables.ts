import { BALANCERS } from "./balancer.ts";
import { CONTAINERS } from "./containers.ts";
import { IDENTITY } from "./identity.ts";
import { INSTANCES } from "./instances.ts";
import { NETWORK } from "./network.ts";
import { OBSERVABILITY } from "./observability.ts";
import { STORAGE } from "./storage.ts";

/** Section by section, as in docs/security.md. */
export const TABLES = [NETWORK, INSTANCES, BALANCERS, CONTAINERS, STORAGE, IDENTITY, OBSERVABILITY];
