import { expect } from "chai";
import { declaredServices } from "../../adapters/declaration.ts";
import { DEFAULT_DEPLOYMENT, serviceDeploymentSchema } from "../../adapters/service-deployment.ts";
import { readTrace } from "../../adapters/trace-csv.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";
const PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/token";
const SIDECAR = {
  image: "public.ecr.aws/aws-observability/collector:v1",
  cpu: 64,
  memory: "128 MiB",
  user: 9,
};

/** What the whole declaration says of a service with that `deploy:`. */
function faultsOf(deploy: object): string[] {
  const cart = {
    compute: { type: "fargate", cpu: 512, memory: 1024 },
    slos: [{ name: "latency", threshold: "1 s", objective: "99 %" }],
    capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
    demand: { peak: "10 /s" },
    deploy,
  };
  try {
    declaredServices({ services: { cart } }, "f.yaml", readTrace);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .map((line) => line.replace(/^f\.yaml services\.cart\.deploy\.?/, ""));
  }
  return [];
}

const parsed = (deploy: object) => serviceDeploymentSchema.parse(deploy);

describe("environment and secrets", () => {
  it("reads plain values as texts, and secrets as what ECS takes and what the role may read (row 11)", () => {
    const read = parsed({
      environment: { LOG_LEVEL: "info", RETRIES: 3, VERBOSE: false },
      secrets: { DB: SECRET, DB_PASSWORD: `${SECRET}:password`, API: PARAMETER },
    });
    expect(read.environment).to.deep.equal({ LOG_LEVEL: "info", RETRIES: "3", VERBOSE: "false" });
    expect(read.secrets).to.deep.equal({
      DB: { service: "secretsmanager", arn: SECRET, valueFrom: SECRET },
      DB_PASSWORD: { service: "secretsmanager", arn: SECRET, valueFrom: `${SECRET}:password::` },
      API: { service: "ssm", arn: PARAMETER, valueFrom: PARAMETER },
    });
    expect([DEFAULT_DEPLOYMENT.environment, DEFAULT_DEPLOYMENT.secrets]).to.deep.equal([{}, {}]);
  });

  it("refuses a variable that is no value, whatever it is", () => {
    expect(faultsOf({ environment: { A: { toString: 1 }, B: null, C: [1] } })).to.deep.equal([
      "environment.A: A is a map; must be a text, a number or true or false. Write one value.",
      "environment.B: B is null; must be a text, a number or true or false. Write one value.",
      "environment.C: C is a list of 1; must be a text, a number or true or false. Write one value.",
    ]);
  });

  it("ECS.8: refuses secret-like names and values, and never prints the value", () => {
    const values = {
      DB_PASSWORD: "hunter2",
      API_TOKEN: 12345678,
      AWS_SECRET_ACCESS_KEY: "short",
      DATABASE: "postgres://shop:hunter2@db:5432/shop",
      ACCESS: "AKIAIOSFODNN7EXAMPLE",
      LONG: "8f14e45fceea167a5a36dedd4bea2543",
    };
    for (const [name, value] of Object.entries(values)) {
      const faults = faultsOf({ environment: { [name]: value } });
      expect(faults, name).to.have.length(1);
      expect(faults[0]).to.include(`environment.${name}: ${name} is *** (hidden)`);
      expect(faults[0]).to.not.include(String(value));
    }
    expect(
      faultsOf({ environment: { LOG_LEVEL: "info", URL: "https://shop.example.com/cart" } }),
    ).to.deep.equal([]);
  });

  it("refuses partial ARNs, other services' ARNs, names that no shell takes, and values that are none", () => {
    const short = SECRET.slice(0, -7);
    const secrets = {
      A: short,
      B: "hunter2",
      C: SECRET.replace("secretsmanager", "s3"),
      D: 5,
      "E-F": SECRET,
    };
    expect(faultsOf({ secrets }).map((fault) => fault.split(":")[0])).to.deep.equal(
      Object.keys(secrets).map((name) => `secrets.${name}`),
    );
    expect(faultsOf({ environment: { "A-B": "x", C: [1] } })).to.have.length(2);
    expect(faultsOf({ secretKeys: ["arn:aws:kms:eu-west-1:123456789012:alias/shop"] })).to.have.length(1);
  });
});

describe("permissions", () => {
  const bucket = "arn:aws:s3:::photos/*";
  const of = (actions: string[], resources: string[]) => faultsOf({ permissions: [{ actions, resources }] });

  it("take actions by name on resources by ARN (row 10)", () => {
    const permissions = [{ actions: ["s3:GetObject", "s3:PutObject"], resources: [bucket] }];
    expect(parsed({ permissions }).permissions).to.deep.equal(permissions);
    expect(of(["cloudwatch:PutMetricData"], ["*"])).to.deep.equal([]); // has no resource to name
    expect(of(["iam:PassRole"], ["arn:aws:iam::123456789012:role/worker"])).to.deep.equal([]);
  });

  it("STO-18, IAM.1, IAM.21: refuse wildcards of actions, of resources, and of roles to pass", () => {
    for (const action of ["*", "s3:*", "s3:Get*", "s3"])
      expect(of([action], [bucket]), action).to.have.length(1);
    for (const resource of ["*", "arn:aws:s3:::*", "arn:aws:*:::photos", "photos"])
      expect(of(["s3:GetObject"], [resource]), resource).to.have.length(1);
    expect(of(["cloudwatch:PutMetricData", "s3:GetObject"], ["*"])).to.have.length(1);
    expect(of(["iam:PassRole"], ["arn:aws:iam::123456789012:role/w*"]).join()).to.match(/must be one role/);
    const negated = { notActions: ["s3:GetObject"], actions: ["s3:GetObject"], resources: [bucket] };
    expect(faultsOf({ permissions: [negated] }).join()).to.match(/`notActions` is unknown/);
  });
});

describe("tasks", () => {
  it("read sidecars with their own size, user and environment", () => {
    const { containers } = parsed({
      containers: { otel: { ...SIDECAR, cpu: "0.25 vCPU", secrets: { A: PARAMETER } } },
    });
    expect(containers).to.deep.equal({
      otel: {
        ...{ image: SIDECAR.image, cpu: 256, memory: 128, user: 9, essential: true, environment: {} },
        secrets: { A: { service: "ssm", arn: PARAMETER, valueFrom: PARAMETER } },
      },
    });
  });

  it("NAM-5: refuse containers whose names ECS or we do not take", () => {
    for (const name of ["a.b", "a b", "é", "x".repeat(256), "app"])
      expect(faultsOf({ containers: { [name]: SIDECAR } }), name).to.have.length(1);
    expect(faultsOf({ containers: { ["x".repeat(255)]: SIDECAR } })).to.deep.equal([]);
  });

  it("ECS.20, CMP-19: hold sidecars to the application's rules", () => {
    const of = (change: object) => faultsOf({ containers: { otel: { ...SIDECAR, ...change } } });
    const { user: _, ...anonymous } = SIDECAR;
    expect(faultsOf({ containers: { otel: anonymous } })).to.have.length(1);
    const wrong = [
      { user: 0 },
      { image: "otel:latest" },
      { cpu: 0 },
      { memory: 5 },
      { environment: { A_TOKEN: "x" } },
    ];
    for (const change of wrong) expect(of(change), JSON.stringify(change)).to.have.length(1);
    expect(of({ privilegd: true }).join()).to.match(/`privilegd` is unknown; known here: image, cpu, memory/);
  });

  it("CMP-6: take 21 to 200 GiB of scratch space", () => {
    for (const size of ["20 GiB", "201 GiB", "21.5 GiB", 21])
      expect(faultsOf({ ephemeralStorage: size }), String(size)).to.have.length(1);
    expect([parsed({ ephemeralStorage: "21 GiB" }), parsed({ ephemeralStorage: "200 GB" })]).to.deep.equal([
      { ephemeralStorage: 21 },
      { ephemeralStorage: 200 },
    ]);
  });

  it("CMP-7: take a stop timeout of 2 to 120 s", () => {
    for (const time of ["1 s", "300 s", "2.5 s", 30])
      expect(faultsOf({ stopTimeout: time }), String(time)).to.have.length(1);
    expect(parsed({ stopTimeout: "2 min" })).to.deep.equal({ stopTimeout: 120 });
  });

  it("CMP-14: refuse weights, bases and providers that CreateService does not take", () => {
    const of = (capacity: unknown) => faultsOf({ capacity }).length;
    const wrong = [
      { onDemand: { weight: 0 } },
      { onDemand: { weight: 0 }, spot: { weight: 0 } },
      { spot: { weight: 1001 } },
      { onDemand: { base: 100_001 }, spot: {} },
      { onDemand: { base: 2 }, spot: { base: 1 } },
      { fargate: {}, spot: {} },
      "FARGATE",
      ["FARGATE", "FARGATE_SPOT"],
    ];
    for (const capacity of wrong) expect(of(capacity), JSON.stringify(capacity)).to.equal(1);
    expect(faultsOf({ capacity: {}, launchType: "FARGATE" }).join()).to.match(/`launchType` is unknown/);
    expect(parsed({ capacity: { spot: { weight: 3 } } }).capacity).to.deep.equal({
      ...{ kind: "fargate", onDemand: { weight: 1 }, spot: { weight: 3 } },
    });
    expect(parsed({ capacity: "instances" }).capacity).to.deep.equal({ kind: "instances" });
  });

  it("NAM-9: refuse repositories that ECR does not take", () => {
    const of = (repository: string) =>
      faultsOf({ image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${repository}:1` }).length;
    expect(["cart", "shop/cart", "a-b.c_d"].map(of)).to.deep.equal([0, 0, 0]);
    expect(["Cart", "cart__x", "c", "cart-", "a//b", "x".repeat(257)].map(of)).to.deep.equal([
      1, 1, 1, 1, 1, 1,
    ]);
  });
});
