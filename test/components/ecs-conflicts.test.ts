import { expect } from "chai";
import { ROLLING, type Shifted } from "../../adapters/release-settings.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { type StackSettings, stackSettings } from "../../adapters/stack-settings.ts";
import { refuseConflicts, warnings } from "../../components/conflicts.ts";
import type { Tenant } from "../../components/tenant.ts";
import type { Compute } from "../../policy/service.ts";
import { CAPACITY } from "../support/deploy.ts";

const FARGATE: Compute = { type: "fargate", cpu: 512, memory: 1024 };
const SIDECAR = {
  ...{ image: "public.ecr.aws/otel:1", cpu: 64, memory: 128, user: 9, essential: true },
  ...{ environment: {}, secrets: {} },
};
const SECRET = {
  service: "secretsmanager",
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
  valueFrom: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
} as const;
const CANARY: Shifted = {
  strategy: "canary",
  bake: 5,
  portion: 0.1,
  pause: 5,
  hooks: [],
  circuitBreaker: true,
};
const zones = ["eu-west-1a", "eu-west-1b"];

interface Case {
  readonly compute?: Compute;
  readonly service?: Partial<Tenant["service"]>;
  readonly controls?: Tenant["plan"]["controls"];
}

function tenant(
  deployment: Partial<Deployment>,
  { compute = FARGATE, service, controls }: Case = {},
): Tenant {
  return {
    service: { name: "cart", compute, capacity: CAPACITY, ...service },
    deployment: { ...DEFAULT_DEPLOYMENT, ...deployment },
    plan: { feasibility: { possible: true }, controls: controls ?? { min: 3, max: 10 } },
  };
}

function stack(
  profile: "dev" | "prod",
  { network = {}, ...rest }: { network?: object; cluster?: object } = {},
) {
  const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0123";
  const entry = profile === "dev" ? { insecure: true } : { certificateArn };
  const notify = { page: ["on-call@example.com"] };
  return stackSettings({
    profile,
    network: { cidr: "10.0.0.0/16", zones, ...network },
    entry,
    notify,
    ...rest,
  });
}

function faultsOf(deployment: Partial<Deployment>, of: Case = {}, settings: StackSettings = stack("dev")) {
  try {
    refuseConflicts(settings, "eu-west-1", [tenant(deployment, of)]);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("what a service's tasks ask", () => {
  it("CMP-4: refuses sidecars that leave the application nothing, with the sum", () => {
    const of = (change: object) => faultsOf({ containers: { a: SIDECAR, b: { ...SIDECAR, ...change } } });
    expect(of({ cpu: 447, memory: 895 })).to.deep.equal([]);
    expect(of({ cpu: 448 })).to.deep.equal([
      "services.cart.deploy: containers take cpu 512 in all; the task has 512, and the application needs some (CMP-4). Lower theirs or raise compute.cpu.",
    ]);
    expect(of({ memory: 1024 }).join()).to.match(/take memory 1152 in all; the task has 1024/);
  });

  it("CMP-5: refuses Windows at sizes, and with what else, it does not have", () => {
    const windows = { operatingSystem: "WINDOWS_SERVER_2022_CORE" } as const;
    const of = (cpu: number, change: Partial<Deployment> = {}) =>
      faultsOf({ ...windows, ...change }, { compute: { type: "fargate", cpu, memory: 8192 } }).length;
    expect([256, 512, 1024, 4096, 8192].map((cpu) => of(cpu))).to.deep.equal([1, 1, 0, 0, 1]);
    expect(of(1024, { cpuArchitecture: "arm64" })).to.equal(1);
    const capacity = { kind: "fargate", onDemand: { weight: 1 }, spot: { weight: 1 } } as const;
    expect(of(1024, { capacity })).to.equal(1);
    expect(of(1024, { image: { kind: "build", folder: "shop" } })).to.equal(1);
    expect(of(1024, { containers: { otel: SIDECAR } })).to.equal(1);
    expect(of(1024, { ephemeralStorage: 40 })).to.equal(1);
  });

  it("CMP-7, R-4: refuses to stop tasks before their longest request ends, with the smallest time that does not", () => {
    // 5 s of waiting, then 0.2 s and five deviations of 0.14 s
    expect(faultsOf({ stopTimeout: 6 })).to.deep.equal([]);
    expect(faultsOf({ stopTimeout: 5 }).join()).to.match(
      /takes 6 s and would be cut \(CMP-7\)\. Write at least 6 s/,
    );
    const slow = { service: { capacity: { ...CAPACITY, maxWait: 200 } } };
    expect(faultsOf({ stopTimeout: 120 }, slow)).to.deep.equal([]); // Fargate's longest
    expect(warnings(stack("dev"), [tenant({}, slow)]).join()).to.match(
      /takes 201 s: ECS ends a task 120 s after/,
    );
    expect(faultsOf({ stopTimeout: 119 }, slow).join()).to.match(/Write at least 120 s/);
  });

  it("CMP-8, R-7: refuses a grace shorter than the start", () => {
    expect(faultsOf({ grace: 75 })).to.deep.equal([]);
    for (const grace of [0, 74]) expect(faultsOf({ grace }).join()).to.match(/Write at least 75 s/);
  });

  it("CMP-18: refuses the 11th container, and definitions beyond 64 KiB", () => {
    const small = { ...SIDECAR, cpu: 1, memory: 6 };
    const of = (count: number) =>
      faultsOf({ containers: Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, small])) });
    expect(of(9)).to.deep.equal([]);
    expect(of(10).join()).to.match(/containers are 11 with the application; a task takes 10/);
    expect(faultsOf({ environment: { A: "a".repeat(60_000) } })).to.deep.equal([]);
    expect(faultsOf({ environment: { A: "a".repeat(66_000) } }).join()).to.match(/ECS takes 65536/);
  });

  it("refuses a name that storage sets, as a value or a secret", () => {
    const storage = { tables: { carts: "read" }, buckets: { "old-images": "read" } } as const;
    const said = faultsOf({
      storage,
      environment: { TABLE_CARTS: "x" },
      secrets: { BUCKET_OLD_IMAGES: SECRET },
    });
    expect(said.join()).to.match(
      /environment and storage both set TABLE_CARTS\. Rename the one in environment\./,
    );
    expect(said.join()).to.match(/secrets and storage both set BUCKET_OLD_IMAGES\./);
    expect(faultsOf({ environment: { TABLE_CARTS: "x" } }).join()).not.to.match(/TABLE_CARTS/);
  });

  it("refuses a name that is both a value and a secret, secrets elsewhere, and secrets out of reach", () => {
    const both = { environment: { DB: "x" }, secrets: { DB: SECRET } };
    expect(faultsOf(both).join()).to.match(/environment and secrets both set DB/);
    expect(faultsOf({ containers: { otel: { ...SIDECAR, ...both } } }).join()).to.match(/containers\.otel: /);
    const elsewhere = { ...SECRET, arn: SECRET.arn.replace("eu-west-1", "us-east-1") };
    expect(faultsOf({ secrets: { DB: elsewhere } }).join()).to.match(/secrets\.DB lies outside eu-west-1/);
    const closed = stack("dev", { network: { nat: "none", endpoints: true } });
    const image = {
      kind: "reference",
      reference: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cart:1",
    } as const;
    const reading = (settings: StackSettings) => faultsOf({ image, secrets: { DB: SECRET } }, {}, settings);
    expect(reading(closed).join()).to.match(
      /secrets\.DB is read from secretsmanager; without NAT it is out of reach\. Add secretsmanager/,
    );
    const endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];
    expect(reading(stack("dev", { network: { nat: "none", endpoints } }))).to.deep.equal([]);
    expect(faultsOf({ image, containers: { otel: SIDECAR } }, {}, closed).join()).to.match(
      /only ECR is in reach/,
    );
  });

  it("refuses a task's members of a service on instances", () => {
    const compute = { type: "ec2", instanceType: "t3.small" } as const;
    expect(faultsOf({}, { compute })).to.deep.equal([]);
    const found = faultsOf({ environment: {}, release: { ...ROLLING }, grace: 90 }, { compute });
    expect(found.map((fault) => /deploy: (\w+) is declared/.exec(fault)?.[1])).to.have.members([
      ...["environment", "release", "grace"],
    ]);
  });
});

describe("what a service asks that would go unheard", () => {
  const keys = ["arn:aws:kms:eu-west-1:123456789012:key/0123"];

  it("refuses keys where there is no secret that they decrypt", () => {
    expect(faultsOf({ secretKeys: keys }).join()).to.match(/secretKeys is a list; there are no secrets/);
    expect(faultsOf({ secretKeys: keys, secrets: { PASSWORD: SECRET } })).to.deep.equal([]);
    const containers = { agent: { ...SIDECAR, secrets: { PASSWORD: SECRET } } };
    expect(faultsOf({ secretKeys: keys, containers })).to.deep.equal([]);
  });

  it("refuses weights of requests that ECS shifts itself, with all else", () => {
    const group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/old/0123";
    const weights = { own: 90, others: [{ targetGroupArn: group, weight: 10 }] };
    expect(faultsOf({ weights })).to.deep.equal([]);
    expect(faultsOf({ weights, release: CANARY }).join()).to.match(
      /weights are declared, and release\.strategy is canary/,
    );
  });
});

describe("what a service asks of the cluster's instances", () => {
  const capacity = { kind: "instances" } as const;
  const instances = { instanceTypes: ["t3.small"], max: 10 };
  const cluster = stack("dev", { cluster: { instances } });

  it("refuses instances that are not there, too small, of the other architecture, or out of ECS's reach", () => {
    expect(faultsOf({ capacity }, {}, cluster)).to.deep.equal([]);
    expect(faultsOf({ capacity }).join()).to.match(/Declare cluster\.instances/);
    const large: Compute = { type: "fargate", cpu: 1024, memory: 2048 }; // a t3.small has 2 GiB, and keeps some
    expect(faultsOf({ capacity }, { compute: large }, cluster).join()).to.match(
      /no t3\.small has room for it/,
    );
    expect(faultsOf({ capacity, cpuArchitecture: "arm64" }, {}, cluster).join()).to.match(
      /t3\.small is the other/,
    );
    expect(faultsOf({ capacity, ephemeralStorage: 40 }, {}, cluster).join()).to.match(/it is Fargate's/);
    const closed = stack("dev", { cluster: { instances }, network: { nat: "none", endpoints: true } });
    const image = {
      kind: "reference",
      reference: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cart:1",
    } as const;
    expect(faultsOf({ image, capacity }, {}, closed).join()).to.match(
      /reach ECS by endpoints alone, ecs, ecs-agent, ecs-telemetry are missing/,
    );
    const endpoints = ["ecr.api", "ecr.dkr", "logs", "ecs", "ecs-agent", "ecs-telemetry"];
    const open = stack("dev", { cluster: { instances }, network: { nat: "none", endpoints } });
    expect(faultsOf({ image, capacity }, {}, open)).to.deep.equal([]);
  });

  it("warns of shells that nothing outside the VPC could open", () => {
    const of = (endpoints: unknown, execute = true) =>
      warnings(stack("dev", { cluster: { execute }, network: { nat: "none", endpoints } }), [tenant({})]);
    expect(of(true)).to.deep.equal([
      "cluster.execute is true: without NAT no shell opens before network.endpoints has kms.",
    ]);
    expect(of(true, false)).to.deep.equal([]);
    expect(of(["ecr.api", "ecr.dkr", "logs", "ssmmessages", "kms"])).to.deep.equal([]);
  });

  it("warns of network interfaces, which the plan's price does not know", () => {
    expect(warnings(cluster, [tenant({ capacity })]).join()).to.match(
      /awsvpcTrunking; without it fewer fit than the plan's price counts on/,
    );
  });
});

describe("what a release asks", () => {
  const release = (change: object) => ({ release: { ...ROLLING, ...change } });

  it("CMP-9: refuses in prod to stop every task, and anywhere a deployment that cannot move", () => {
    const none = release({ minimumHealthy: 0 });
    expect(faultsOf(none)).to.deep.equal([]);
    expect(faultsOf(none, {}, stack("prod")).join()).to.match(/a deployment may stop every task/);
    const half = release({ maximum: 1.5 });
    expect(faultsOf(half, { controls: { min: 2, max: 10 } })).to.deep.equal([]);
    // 1.5 of one task is one: none may start
    expect(faultsOf(half, { controls: { min: 1, max: 10 } }).join()).to.match(/let 1 to 1 of 1 tasks run/);
  });

  it("refuses to move traffic under a forecast or rules that do not move with it", () => {
    const by = (metric: "requestRatePerTask" | "cpuUtilization") =>
      ({ service: { policies: { metric, predictive: "forecastOnly" } } }) as const;
    expect(faultsOf({ release: CANARY })).to.deep.equal([]);
    expect(faultsOf({ release: CANARY }, by("cpuUtilization"))).to.deep.equal([]);
    expect(faultsOf({ release: CANARY }, by("requestRatePerTask")).join()).to.match(
      /Remove policies\.predictive/,
    );
    const many = [..."abcdef"].map((letter) => `/${letter}`);
    expect(faultsOf({ release: CANARY, paths: many }).join()).to.match(/paths and rules make 2 rules/);
  });

  it("warns where nothing takes a release back", () => {
    const off = [tenant(release({ circuitBreaker: false }))];
    expect(warnings(stack("prod"), off).join()).to.match(/release\.circuitBreaker is false/);
    expect(warnings(stack("dev"), off)).to.deep.equal([]);
  });
});

describe("warnings of tasks", () => {
  const digest = { image: { kind: "reference", reference: `cart@sha256:${"0a".repeat(32)}` } } as const;
  const mix = (onDemand: object, spot: object = {}) => ({
    ...digest,
    capacity: {
      kind: "fargate",
      onDemand: { weight: 1, ...onDemand },
      spot: { weight: 1, ...spot },
    } as const,
  });
  const said = (deployment: Partial<Deployment>, of: Case = {}) =>
    warnings(stack("prod"), [tenant(deployment, of)]);

  it("CMP-15: name Spot without the plan's minimum on demand", () => {
    expect(said(mix({}))).to.deep.equal([]); // the base is the minimum
    expect(said(mix({ base: 3 }))).to.deep.equal([]);
    expect(said(mix({ base: 2 })).join()).to.match(/base is 2: AWS may end every Spot task .* minimum is 3/);
    expect(said(mix({ base: 0 })).join()).to.match(/base is 0/);
    expect(said(mix({}, { base: 3 })).join()).to.match(/base is 0/);
    expect(warnings(stack("dev"), [tenant(mix({ base: 0 }))])).to.deep.equal([]);
  });

  it("CMP-19: name tags, which can move, in prod", () => {
    expect(said(digest)).to.deep.equal([]);
    expect(said({}).join()).to.match(/a tag can move\. Name the digest/);
    expect(warnings(stack("dev"), [tenant({})])).to.deep.equal([]);
  });

  it("CMP-24: name scale-outs that take ECS longer than a minute", () => {
    const of = (max: number, change: Partial<Deployment> = {}) =>
      said({ ...digest, ...change }, { controls: { min: 100, max } });
    expect(of(600)).to.deep.equal([]);
    expect(of(601).join()).to.match(/from 100 to 601 tasks takes at least 2 min: ECS starts 500 a minute/);
    const settings = stack("dev", { cluster: { instances: { instanceTypes: ["m7i.large"], max: 100 } } });
    const slow = tenant({ capacity: { kind: "instances" } }, { controls: { min: 1, max: 252 } });
    expect(warnings(settings, [slow]).join()).to.match(/ECS starts 250 a minute/);
  });
});
