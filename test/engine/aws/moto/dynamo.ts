import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { Bag } from "../cloud.ts";
import { apiNames } from "./api-names.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

function keySchema({ hashKey, rangeKey }: Bag): NonNullable<CreateTableCommandInput["KeySchema"]> {
  const hash = { AttributeName: String(hashKey), KeyType: "HASH" as const };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: String(rangeKey), KeyType: "RANGE" }];
}

function secondary(index: Bag) {
  const { name, projectionType, nonKeyAttributes } = index;
  return {
    IndexName: String(name),
    KeySchema: keySchema(index),
    Projection: apiNames<{ ProjectionType: "ALL" }>({ projectionType, nonKeyAttributes }),
  };
}

/** What a table can do only once it exists. */
async function tune({ dynamo }: Clients, { inputs, outputs }: Asked) {
  const TableName = String(outputs.name);
  const { enabled } = (inputs.pointInTimeRecovery ?? {}) as { enabled?: boolean };
  if (enabled !== undefined)
    await dynamo.updateContinuousBackups({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: enabled },
    });
  const ttl = inputs.ttl as { attributeName: string; enabled: boolean } | undefined;
  if (ttl !== undefined)
    await dynamo.updateTimeToLive({
      TableName,
      TimeToLiveSpecification: { AttributeName: ttl.attributeName, Enabled: ttl.enabled },
    });
  return {};
}

export const DYNAMO: Readonly<Record<string, Passed>> = {
  "aws:dynamodb/table:Table": {
    create: async (aws, asked) => {
      const {
        attributes,
        billingMode,
        readCapacity,
        writeCapacity,
        serverSideEncryption,
        globalSecondaryIndexes,
      } = asked.inputs;
      const encryption = serverSideEncryption as { enabled: boolean; kmsKeyArn?: string } | undefined;
      const { TableDescription } = await aws.dynamo.createTable({
        TableName: String(asked.outputs.name),
        AttributeDefinitions: (attributes as Bag[]).map(({ name, type }) => ({
          AttributeName: String(name),
          AttributeType: type as "S",
        })),
        KeySchema: keySchema(asked.inputs),
        BillingMode: (billingMode ?? "PROVISIONED") as "PROVISIONED",
        DeletionProtectionEnabled: asked.inputs.deletionProtectionEnabled as boolean | undefined,
        ...(readCapacity === undefined
          ? {}
          : {
              ProvisionedThroughput: {
                ReadCapacityUnits: Number(readCapacity),
                WriteCapacityUnits: Number(writeCapacity),
              },
            }),
        ...(encryption === undefined
          ? {}
          : {
              SSESpecification: {
                Enabled: encryption.enabled,
                ...(encryption.kmsKeyArn === undefined
                  ? {}
                  : { SSEType: "KMS", KMSMasterKeyId: encryption.kmsKeyArn }),
              },
            }),
        ...(globalSecondaryIndexes === undefined
          ? {}
          : { GlobalSecondaryIndexes: (globalSecondaryIndexes as Bag[]).map(secondary) }),
      });
      await tune(aws, asked);
      return { arn: TableDescription!.TableArn };
    },
    update: async (aws, asked) => {
      await aws.dynamo.updateTable({
        TableName: String(asked.outputs.name),
        DeletionProtectionEnabled: asked.inputs.deletionProtectionEnabled === true,
      });
      return tune(aws, asked);
    },
    remove: ({ dynamo }, { outputs }) => dynamo.deleteTable({ TableName: String(outputs.name) }),
  },
};
