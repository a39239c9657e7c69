import type { Bag, Cloud, Held } from "./cloud.ts";
import { ACCOUNT } from "./computed.ts";

/** Ids of EC2's, and ARNs in this account that name one thing. */
const ID = /^(vpc|subnet|sg|sgr|rtb|igw|nat|eipalloc|lt|vpce)-[0-9a-f]{8,17}$/;
const ARN = new RegExp(`^arn:aws:[^*]*:${ACCOUNT}:[^*]+$`);

/** There before the stack: the certificate of AWS's documents, which Pulumi.prod.yaml names. */
const GIVEN = "12345678-1234-1234-1234-123456789012";

/** The first input that names what does not exist: never did, or no longer. AWS refuses such a call. */
export function dangling(cloud: Cloud, inputs: unknown, path = ""): string | undefined {
  if (typeof inputs === "string") {
    const known = cloud.known(inputs);
    const named = known === "gone" || (known === undefined && (ID.test(inputs) || ARN.test(inputs)));
    return named && !inputs.endsWith(GIVEN) ? `${path} names ${inputs}, which does not exist` : undefined;
  }
  if (inputs === null || typeof inputs !== "object") return undefined;
  for (const [key, inner] of Object.entries(inputs)) {
    const found = dangling(cloud, inner, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A resource that still uses this one, so that AWS would not delete it. */
export function userOf(cloud: Cloud, doomed: Held): Held | undefined {
  return cloud.all().find((other) => other !== doomed && refersTo(other.inputs, doomed));
}

/** A setting, such as a bucket's or a topic's policy, has the id of what it sets: who names that does not name it. */
function refersTo(by: Bag, { id, inputs, outputs }: Held): boolean {
  const written = JSON.stringify(by);
  const own = [id, outputs.arn].filter((each) => each !== undefined && !Object.values(inputs).includes(each));
  return own.some((each) => written.includes(String(each)));
}
