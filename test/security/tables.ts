import { BALANCERS } from "./balancer.ts";
import { BUCKETS } from "./buckets.ts";
import { CONTAINERS } from "./containers.ts";
import { IDENTITY } from "./identity.ts";
import { INSTANCES } from "./instances.ts";
import { KEYS } from "./keys.ts";
import { NETWORK } from "./network.ts";
import { OBSERVABILITY } from "./observability.ts";

/** Section by section, as in docs/security.md. */
export const TABLES = [NETWORK, INSTANCES, BALANCERS, CONTAINERS, BUCKETS, KEYS, IDENTITY, OBSERVABILITY];
