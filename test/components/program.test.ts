import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { later, ofType } from "../support/deploy.ts";

/** As long as a service's name may be. */
const LONG = "a-service-whose-name-has-forty-character";

const service = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "100 /s" },
  bounds: { min: 2, max: 60 },
};
const services = () => ({
  cart: {
    ...service,
    deploy: { image: { build: folder }, port: 8080, paths: ["/cart", "/cart/*"], storage: GRANTS },
  },
  [LONG]: { ...service, deploy: { paths: ["/long/*"] } },
  web: { ...service, compute: { type: "ec2", instanceType: "t3.small" } },
});
const GRANTS = { tables: { carts: "readWrite" }, buckets: { images: "read" } };
const storage = { tables: { carts: { hashKey: "cartId" } }, buckets: { images: {} } };
const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] };
const DEPLOYMENTS = {
  prod: {
    network,
    storage,
    entry: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123" },
    notify: { page: ["on-call@example.com"] },
  },
  dev: {
    profile: "dev",
    network,
    storage,
    entry: { insecure: true },
  },
};

let runs = 0;
let folder = "";

function program(stack: keyof typeof DEPLOYMENTS, declared: object = services()) {
  const config = {
    "aws:region": "eu-west-1",
    "setpoint:services": JSON.stringify(declared),
    "setpoint:deployment": JSON.stringify(DEPLOYMENTS[stack]),
  };
  const index = new URL(`../../index.ts?test=${runs++}`, import.meta.url).href;
  return registrations(() => import(index), { project: "setpoint", stack, config, secrets: [] });
}

describe("the program", () => {
  let prod: readonly Registration[];
  let dev: readonly Registration[];
  before(async () => {
    mkdirSync(".cache", { recursive: true });
    folder = mkdtempSync(join(".cache", "program-"));
    writeFileSync(join(folder, "Dockerfile"), "FROM public.ecr.aws/nginx/nginx-unprivileged:1.28\n");
    prod = await program("prod");
    dev = await program("dev");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("gives every service a place, something to run on and something that scales it", () => {
    const below = (parent: string) => prod.filter((each) => each.parent === parent).map(({ type }) => type);
    const of = (...kinds: string[]) => kinds.map((kind) => `setpoint:index:${kind}`);
    for (const name of ["cart", LONG])
      expect(below(name)).to.deep.equal(
        of("Target", "ServiceAlarms", "EcsService", "EcsScaling", "Observability"),
      );
    expect(below("web")).to.deep.equal(
      of("Target", "ServiceAlarms", "WebTier", "Ec2Scaling", "Observability"),
    );
    expect(prod.filter(({ parent }) => parent === null).map(({ name }) => name)).to.deep.equal(["setpoint"]);
    expect(prod.filter(({ parent }) => parent === "setpoint").map(({ name }) => name)).to.deep.equal([
      ...[
        "aws",
        "encryption",
        "logs",
        "storage",
        "network",
        "security",
        "entry",
        "notify",
        "entry-alarms",
        "cluster",
        "backup",
        "cart",
        LONG,
        "web",
      ],
    ]);
  });

  it("tags everything with its project and stack, in the stack's region", () => {
    const tags = { "setpoint:project": "setpoint", "setpoint:stack": "dev", "setpoint:profile": "dev" };
    const [provider] = ofType(dev, "pulumi:providers:aws");
    expect(provider!.inputs).to.deep.include({ region: "eu-west-1", defaultTags: JSON.stringify({ tags }) });
  });

  it("allows no `*` and no `service:*` in any policy (IAM.1, IAM.21)", () => {
    const all = [...prod, ...dev];
    const granted = (among: readonly Registration[]) =>
      among.flatMap(statements).filter(({ Effect }) => Effect === "Allow");
    const actions = granted(all).flatMap(({ Action }) => Action);
    expect(actions).to.include.members([
      "sts:AssumeRole",
      "ecr:BatchGetImage",
      "s3:PutObject",
      "dynamodb:PutItem",
    ]);
    expect(actions.filter((action) => action.includes("*"))).to.deep.equal([]);
    const named = all.filter(({ type }) => type !== "aws:kms/key:Key"); // in a key's policy `*` is that key
    const onAll = granted(named)
      .filter(({ Resource }) => [Resource].flat().includes("*"))
      .flatMap(({ Action }) => Action);
    const unnameable = ["ecr:GetAuthorizationToken", "autoscaling:DescribeInstanceRefreshes", ...SHELLS];
    expect([...new Set(onAll)]).to.have.members(unnameable);
  });

  it("lets services take roles for this account only; EC2 names no account", () => {
    const trusts = ofType(prod, "aws:iam/role:Role").flatMap(statements);
    const of = (suffix: string) =>
      trusts.filter(({ Principal }) => String(Principal?.Service).startsWith(suffix));
    for (const trust of ["ecs-tasks", "vpc-flow-logs", "backup", "ssm"].flatMap(of))
      expect(trust.Condition?.StringEquals).to.deep.equal({ "aws:SourceAccount": later("aws.accountId") });
    const counts = ["ecs-tasks", "vpc-flow-logs", "ec2", "ssm"].map((service) => of(service).length);
    expect(counts).to.deep.equal([4, 1, 1, 1]);
    expect(trusts).to.have.length(8);
  });

  it("NAM-1, NAM-6: leaves Pulumi's suffix room in every name, and writes none itself", () => {
    const room = {
      "aws:lb/targetGroup:TargetGroup": 24,
      "aws:lb/loadBalancer:LoadBalancer": 24,
      "aws:iam/role:Role": 56,
    };
    for (const [type, most] of Object.entries(room)) {
      const names = ofType(prod, type).map(({ name }) => name);
      expect(names).to.not.have.length(0);
      expect(names.filter(({ length }) => length > most)).to.deep.equal([]);
    }
    const ours = prod.filter(({ type }) => type !== "aws:ssm/association:Association"); // its name is AWS's document
    const written = ours.filter(({ inputs }) => "name" in inputs || "namePrefix" in inputs);
    expect(written.map(({ inputs }) => inputs.namePrefix)).to.deep.equal(["aws-waf-logs-"]); // AWS insists
  });

  it("names every child after its parent below the platform, as far as a shortened name goes", () => {
    const strays = prod.filter(
      ({ name, parent }) => parent !== null && parent !== "setpoint" && !name.startsWith(parent.slice(0, 19)),
    );
    expect(strays.map(({ name }) => name)).to.deep.equal([]);
  });

  it("gives every rule a priority of its own, the catch-all the last (LB-2)", () => {
    const rules = ofType(prod, "aws:lb/listenerRule:ListenerRule").map(({ inputs }) => inputs);
    const ranked = rules.toSorted((a, b) => Number(a.priority) - Number(b.priority));
    expect(new Set(ranked.map(({ priority }) => priority)).size).to.equal(4);
    expect(ranked.at(-1)!.conditions).to.deep.equal([{ pathPattern: { values: ["/*"] } }]);
  });

  it("differs between dev and prod by what protects and what is paid for, and by nothing else", () => {
    const names = (all: readonly Registration[]) => new Set(all.map(({ name }) => name));
    const only = (these: readonly Registration[], others: ReadonlySet<string>) =>
      these.map(({ name }) => name).filter((name) => !others.has(name));
    const cheap = only(dev, names(prod)).filter((name) => !/^network-nat-eu-west-1a-/.test(name)); // its NAT instance
    const shells = ["cart", LONG].map((name) => `${name}-ecs-task-policy`);
    const exec = ["cluster-exec", "cluster-exec-key", "cluster-exec-logs"];
    expect(cheap).to.have.members([...exec, ...shells]);
    const extra = only(prod, names(dev)).map((name) => name.replace(/eu-west-1[abc]/, "ZONE"));
    expect(extra).to.include.members([
      "network-flow-log",
      "network-ecr-api",
      "entry-logs-bucket",
      "logs-bucket",
      "storage-images-logging",
      "entry-https",
    ]);
    for (const name of extra)
      expect(name).to.match(
        /^encryption|^backup|^logs|-logging$|^network-(nat|flow|endpoints|ecr|logs|ssm|ec2)|^security-(world-443|\w+-endpoints)|^entry-(logs|https|waf|alarms)|^notify|-alarms-(5xx|unhealthy|heartbeat|latency-(slow|page|ticket))|-observability-ceiling$/,
      );
  });

  it("makes no alarm that nobody hears, but for the one that releases roll back on", () => {
    const alarms = (all: readonly Registration[]) => ofType(all, "aws:cloudwatch/metricAlarm:MetricAlarm");
    const own = alarms(dev).filter(({ name }) => !name.includes("-scaling-")); // those call a policy
    expect(own.map(({ name }) => name).toSorted()).to.deep.equal(
      ["cart", LONG, "web"].map((name) => `${name}-alarms-latency-rollback`).toSorted(),
    );
    expect(own.map(({ inputs }) => inputs.alarmActions)).to.deep.equal([undefined, undefined, undefined]);
    expect(alarms(prod).length).to.be.greaterThan(30);
    expect(ofType(dev, "aws:sns/topic:Topic")).to.deep.equal([]);
  });

  it("refuses two services on one path before it asks for anything", async () => {
    const both = { cart: service, pay: service };
    let message = "";
    try {
      await program("dev", both);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.match(/^services\.pay\.deploy: paths hold \/\*, as those of cart do/);
  });
});

/** What shells in development's tasks need, and no resource can be named for. */
const SHELLS = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
  "logs:DescribeLogGroups",
];

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** Of every policy document among a resource's inputs. */
function statements({ inputs }: Registration): readonly Statement[] {
  const documents = [inputs.policy, inputs.assumeRolePolicy].filter((each) => typeof each === "string");
  return documents.flatMap((each) => (JSON.parse(each as string) as { Statement: Statement[] }).Statement);
}
