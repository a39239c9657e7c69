import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { DEFAULT_DEPLOYMENT, serviceDeploymentSchema } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { storageSchema } from "../../adapters/storage-settings.ts";
import { EcsCluster } from "../../components/ecs-cluster.ts";
import { EcsService } from "../../components/ecs-service.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import type { GrantStatement } from "../../components/grant-statements.ts";
import { grantStorage } from "../../components/grants.ts";
import { Storage } from "../../components/storage.ts";
import { storageConflicts } from "../../components/storage-conflicts.ts";
import { WebTier } from "../../components/web-tier.ts";
import type { Compute } from "../../policy/service.ts";
import { asked, CAPACITY, CONTROLS, DEV, deploy, foundation, later, ofType } from "../support/deploy.ts";

const region = "eu-west-1";
const DECLARED = {
  tables: {
    carts: { hashKey: "cartId", globalIndexes: { byOwner: { hashKey: "ownerId" } } },
    orders: { hashKey: "orderId" },
  },
  buckets: { images: {}, "price-lists": {} },
};

function storageOf(key?: EncryptionKey): Storage {
  return new Storage("storage", {
    ...storageSchema.parse(DECLARED),
    region,
    key,
    logs: undefined,
    protect: false,
  });
}

const granting = (storage: object) => ({
  ...DEFAULT_DEPLOYMENT,
  ...serviceDeploymentSchema.parse({ storage }),
});

/** What a role may do once it is granted so. */
async function allowed(grants: object, encrypted = false) {
  const registered = await deploy(() => {
    const key = encrypted ? new EncryptionKey("stack", { region, protect: false }) : undefined;
    const role = new aws.iam.Role("role", { assumeRolePolicy: "{}" });
    grantStorage("granted", role, { storage: storageOf(key), deployment: granting(grants) }, role);
  });
  const [policy] = ofType(registered, "aws:iam/rolePolicy:RolePolicy");
  if (policy === undefined) return [];
  return (JSON.parse(String(policy.inputs.policy)) as { Statement: GrantStatement<string>[] }).Statement;
}

const carts = later("storage-carts-table.arn");
const images = later("storage-images-bucket.arn");

describe("grantStorage", () => {
  it("allows nothing that is not declared (row 85)", async () => {
    expect(await allowed({})).to.deep.equal([]);
  });

  it("lets a reader read one table, its indexes and one bucket", async () => {
    const statements = await allowed({ tables: { carts: "read" }, buckets: { images: "read" } });
    expect(statements.map(({ Sid, Resource }) => [Sid, Resource])).to.deep.equal([
      ["ReadTables", [carts]],
      ["ReadIndexes", [`${carts}/index/byOwner`]],
      ["ListBuckets", [images]],
      ["ReadObjects", [`${images}/*`]],
    ]);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).to.include.members(["dynamodb:GetItem", "dynamodb:Query", "s3:GetObject"]);
    expect(actions.filter((action) => /Put|Delete|Update|Write/.test(action))).to.deep.equal([]);
  });

  it("lets a writer write, and read nothing", async () => {
    const statements = await allowed({ tables: { orders: "write" }, buckets: { "price-lists": "write" } });
    expect(statements.map(({ Sid }) => Sid)).to.deep.equal(["WriteTables", "WriteObjects"]);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).to.include.members(["dynamodb:PutItem", "s3:PutObject"]);
    expect(actions.filter((action) => /GetItem|GetObject|Query|Scan/.test(action))).to.deep.equal([]);
  });

  it("opens the stack's key through the services granted alone, to encrypt for writers only", async () => {
    const useOf = async (grants: object) => (await allowed(grants, true)).at(-1)!;
    const reader = await useOf({ tables: { carts: "read" } });
    expect(reader).to.deep.equal({
      Sid: "UseKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:DescribeKey"],
      Resource: [later("stack-key.arn")],
      Condition: { StringEquals: { "kms:ViaService": ["dynamodb.eu-west-1.amazonaws.com"] } },
    });
    const writer = await useOf({ buckets: { images: "readWrite" } });
    expect(writer.Action).to.include("kms:GenerateDataKey");
    expect(writer.Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": ["s3.eu-west-1.amazonaws.com"] },
    });
    expect(await allowed({}, true)).to.deep.equal([]);
  });

  it("STO-18: names every action and every resource", async () => {
    const all = { carts: "readWrite", orders: "readWrite" };
    const statements = await allowed({ tables: all, buckets: { images: "readWrite" } }, true);
    expect(statements).to.have.length(7);
    expect(statements.flatMap(({ Action }) => Action).join()).to.not.include("*");
    const resources = statements.flatMap(({ Resource }) => Resource);
    expect(resources.filter((each) => /^\*|:\*/.test(each))).to.deep.equal([]);
    const objects = resources.filter((each) => each.includes("*"));
    expect([...new Set(objects)]).to.deep.equal([`${images}/*`]);
  });
});

describe("a service that is granted storage", () => {
  const deployment = granting({ tables: { carts: "readWrite" }, buckets: { "price-lists": "read" } });

  it("on Fargate has the grant on its task role and the names in its environment", async () => {
    const registered = await deploy(() => {
      const { network, security, target } = foundation(DEV, "task");
      const cluster = new EcsCluster("cluster", { insights: false });
      const compute = { type: "fargate", cpu: 512, memory: 1024 } as const;
      const rest = { capacity: CAPACITY, tasks: 1, key: undefined, logRetention: 14, protect: false };
      const place = { network, security, cluster, target, compute, deployment };
      new EcsService("cart", { ...place, ...rest, storage: storageOf() });
    });
    expect(asked(registered, "cart-storage").role).to.equal(later("cart-task-role.id"));
    const { containerDefinitions } = asked(registered, "cart-definition");
    const [container] = JSON.parse(String(containerDefinitions)) as [{ environment: object }];
    expect(container.environment).to.deep.equal([
      { name: "TABLE_CARTS", value: later("storage-carts-table.name") },
      { name: "BUCKET_PRICE_LISTS", value: later("storage-price-lists-bucket.bucket") },
    ]);
  });

  it("on instances has the grant on their role and the names in the container's environment", async () => {
    const registered = await deploy(() => {
      const { network, security, target } = foundation(DEV, "instance");
      const compute = { type: "ec2", instanceType: "t3.small" } as const;
      const types = ["t3.small"];
      const rest = {
        capacity: CAPACITY,
        controls: CONTROLS,
        types,
        logRetention: 14,
        key: undefined,
        tags: {},
      };
      const place = { network, security, target, compute, deployment };
      new WebTier("web", { ...place, ...rest, storage: storageOf() });
    });
    expect(asked(registered, "web-storage").role).to.equal(later("web-role.id"));
    const { userData } = asked(registered, "web-template");
    const script = Buffer.from(String(userData), "base64").toString();
    expect(script).to.include(`--env TABLE_CARTS=${later("storage-carts-table.name")} `);
    expect(script).to.include("--network host "); // credentials answer within one hop
    expect(script).to.not.include("--publish");
  });
});

describe("storageConflicts", () => {
  const settings = (storage: object) =>
    stackSettings({
      profile: "dev",
      network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
      entry: { insecure: true },
      storage,
    });
  const FARGATE: Compute = { type: "fargate", cpu: 512, memory: 1024 };
  const faultsOf = (grants: object, storage: object = DECLARED, compute: Compute = FARGATE, port = 80) =>
    storageConflicts(settings(storage), [
      {
        service: { name: "cart", compute, capacity: CAPACITY },
        deployment: { ...granting(grants), port },
        plan: { feasibility: { possible: true }, controls: { max: 1 } },
      },
    ]).map(({ where, message }) => `${where}: ${message}`);

  it("refuses what the stack does not have, with the nearest it has", () => {
    expect(faultsOf({ tables: { carts: "read" }, buckets: { images: "write" } })).to.deep.equal([]);
    expect(faultsOf({ tables: { cart: "read" }, buckets: { image: "read" } })).to.deep.equal([
      "services.cart.deploy.storage.tables.cart: `cart` is none of the stack's tables; did you mean `carts`?",
      "services.cart.deploy.storage.buckets.image: `image` is none of the stack's buckets; did you mean `images`?",
    ]);
    expect(faultsOf({ tables: { carts: "read" } }, {})).to.deep.equal([
      "services.cart.deploy.storage.tables.carts: the stack has no tables. Declare it under setpoint:deployment.storage.tables.",
    ]);
  });

  it("STO-19: refuses grants that no role's policies have room for", () => {
    const many = (count: number) => {
      const names = Array.from({ length: count }, (_, i) => `table-${i}`);
      const tables = Object.fromEntries(names.map((name) => [name, { hashKey: "id" }]));
      return faultsOf({ tables: Object.fromEntries(names.map((name) => [name, "readWrite"])) }, { tables });
    };
    expect(many(40)).to.deep.equal([]);
    expect(many(60).join()).to.match(
      /storage grants take \d+ characters of policy; a role has room for 8192/,
    );
  });

  it("refuses low ports to instances whose containers share the host's network", () => {
    const instances: Compute = { type: "ec2", instanceType: "t3.small" };
    const grants = { tables: { carts: "read" } };
    expect(faultsOf(grants, DECLARED, instances).join()).to.match(
      /^services\.cart\.deploy\.port: port is 80;/,
    );
    expect(faultsOf(grants, DECLARED, instances, 1024)).to.deep.equal([]);
    expect(faultsOf({}, DECLARED, instances)).to.deep.equal([]);
  });

  it("refuses a use that is none", () => {
    const { error } = serviceDeploymentSchema.safeParse({ storage: { tables: { carts: "admin" } } });
    expect(error?.issues.map(({ message }) => message)).to.deep.equal([
      "must be read, write or readWrite. Write the least that the service needs",
    ]);
  });
});
