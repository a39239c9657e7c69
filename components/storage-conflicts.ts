import { didYouMean, type Fault } from "../adapters/bad-input.ts";
import { soundRules } from "../adapters/sound.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { grantStatements } from "./grant-statements.ts";
import type { Tenant } from "./tenant.ts";

/** What services ask of storage that the stack does not have, or that a role cannot hold. */
export function storageConflicts(settings: StackSettings, tenants: readonly Tenant[]): readonly Fault[] {
  return tenants.flatMap((tenant) =>
    soundRules([
      () => unknown(tenant, "tables", Object.keys(settings.storage.tables)),
      () => unknown(tenant, "buckets", Object.keys(settings.storage.buckets)),
      () => tooLong(tenant, settings.storage.tables),
      () => lowPort(tenant),
    ]),
  );
}

function unknown(
  { service: { name }, deployment }: Tenant,
  kind: "tables" | "buckets",
  known: readonly string[],
): readonly Fault[] {
  return Object.keys(deployment.storage[kind])
    .filter((asked) => !known.includes(asked))
    .map((asked) => ({
      where: `services.${name}.deploy.storage.${kind}.${asked.slice(0, 60)}`,
      message:
        known.length === 0
          ? `the stack has no ${kind}. Declare it under setpoint:deployment.storage.${kind}.`
          : `\`${asked.slice(0, 60)}\` is none of the stack's ${kind}; ${didYouMean(asked, known)}`,
    }));
}

/** Characters of all inline policies of a role, white space aside (IAM quotas), less what our other policies take. */
const POLICY = 10_240 - 2_048;
/** Characters in an ARN beside what we name: partition, region, account, our prefix and Pulumi's suffix. */
const REST = "arn:aws:dynamodb:ap-southeast-1:123456789012:table/storage--table-1234567";
const KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/12345678-1234-1234-1234-123456789012";

/** STO-19. */
function tooLong(
  { service: { name }, deployment }: Tenant,
  tables: StackSettings["storage"]["tables"],
): readonly Fault[] {
  const indexes = (table: string) => {
    const { globalIndexes = {}, localIndexes = {} } = tables[table] ?? {};
    return [...Object.keys(globalIndexes), ...Object.keys(localIndexes)];
  };
  const statements = grantStatements(
    deployment.storage,
    indexes,
    (_, own, suffix) => `${REST}${own}${suffix}`,
    {
      key: KEY,
      region: "ap-southeast-1",
    },
  );
  const length = JSON.stringify(statements).length;
  if (length <= POLICY) return [];
  const message = `storage grants take ${length} characters of policy; a role has room for ${POLICY}. Grant less, or split the service.`;
  return [{ where: `services.${name}.deploy.storage`, message }];
}

/** On instances, a container reaches the role's credentials through the host's network, where only root listens below 1024. */
function lowPort({ service: { name, compute }, deployment: { port, storage } }: Tenant): readonly Fault[] {
  const granted = Object.keys({ ...storage.tables, ...storage.buckets }).length > 0;
  if (compute.type !== "ec2" || !granted || port >= 1024) return [];
  const message = `port is ${port}; on instances a service that is granted storage listens on 1024 or more. Write one such as 8080.`;
  return [{ where: `services.${name}.deploy.port`, message }];
}
