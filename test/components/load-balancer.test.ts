import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { LoadBalancer } from "../../components/load-balancer.ts";
import { asked, CAPACITY, DEV, deploy, foundation, later, ofType, PROD, refusal } from "../support/deploy.ts";

const LISTENER = "aws:lb/listener:Listener";
const notFound = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "Not found" },
};

describe("LoadBalancer", () => {
  it("ELB.4, ELB.5, ELB.6, ELB.12, ELB.13: in prod is protected from deletion, logs its requests, and lies in every zone's public subnet", async () => {
    const registered = await deploy(() => foundation(PROD, "task"));
    expect(asked(registered, "entry-alb")).to.deep.equal({
      loadBalancerType: "application",
      internal: false,
      subnets: ["a", "b", "c"].map((zone) => `\${net-public-eu-west-1${zone}.id}`),
      securityGroups: [later("sec-balancer.id")],
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      idleTimeout: 60,
      enableDeletionProtection: true,
      accessLogs: { bucket: later("entry-logs-bucket.bucket"), enabled: true },
      connectionLogs: { bucket: later("entry-logs-bucket.bucket"), enabled: true },
    });
    expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).to.deep.equal(["entry-alb"]);
  });

  it("in dev is neither protected nor logged", async () => {
    const registered = await deploy(() => foundation(DEV, "task"));
    const { enableDeletionProtection, accessLogs } = asked(registered, "entry-alb");
    expect({ enableDeletionProtection, accessLogs }).to.deep.equal({
      enableDeletionProtection: false,
      accessLogs: undefined,
    });
    expect(registered.filter(({ type, protect }) => protect || type.startsWith("aws:s3/"))).to.deep.equal([]);
  });

  it("serves HTTPS with a pinned policy and turns HTTP into it (ELB.1, ELB.17, ELB.18)", async () => {
    const registered = await deploy(() => foundation(PROD, "task"));
    expect(ofType(registered, LISTENER).map(({ inputs }) => inputs)).to.deep.equal([
      {
        loadBalancerArn: later("entry-alb.arn"),
        port: 80,
        protocol: "HTTP",
        defaultActions: [
          { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } },
        ],
      },
      {
        loadBalancerArn: later("entry-alb.arn"),
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        certificateArn: PROD.certificateArn,
        defaultActions: [notFound],
      },
    ]);
  });

  it("has neither a Classic balancer nor WAF Classic (ELB.2, 3, 7, 9, 10, 14; WAF.1–4, 6–8)", async () => {
    const registered = await deploy(() => foundation(PROD, "task"));
    const services = new Set(registered.map(({ type }) => type.split("/")[0]));
    expect([...services]).to.include.members(["aws:lb", "aws:wafv2"]);
    expect([...services].filter((each) => /^aws:(elb|waf|wafregional)$/.test(each!))).to.deep.equal([]);
  });

  it("serves plain HTTP in dev, where it is asked for", async () => {
    const registered = await deploy(() => foundation(DEV, "task"));
    expect(ofType(registered, LISTENER).map(({ inputs }) => inputs)).to.deep.equal([
      { loadBalancerArn: later("entry-alb.arn"), port: 80, protocol: "HTTP", defaultActions: [notFound] },
    ]);
  });

  it("LB-18: refuses to serve without a certificate otherwise", async () => {
    const message = await refusal(() => {
      const { network, security } = foundation(DEV, "task");
      const args = { network, security, ...DEV, insecure: false, capacities: [CAPACITY] };
      new LoadBalancer("entry2", args);
    });
    expect(message).to.equal(
      "entry2: certificateArn is missing; HTTPS needs it, or a domain. Set one, or in development insecure: true.",
    );
  });

  it("LB-16: keeps a connection open for as long as the longest request", async () => {
    const patient = { ...CAPACITY, maxWait: 100 }; // then 0.2 s × (1 + 5 × 0.7) = 0.9 s of service
    const registered = await deploy(() => {
      const { network, security } = foundation(DEV, "task");
      new LoadBalancer("slow", { network, security, ...DEV, capacities: [CAPACITY, patient] });
    });
    expect(asked(registered, "slow-alb").idleTimeout).to.equal(101);
  });

  // AWS refuses a public balancer in a VPC without a gateway, and to detach the gateway below one; and it tries the bucket.
  it("comes after the way to the internet and after its logs may be written, and goes before", async () => {
    const afterWhat = async (settings: typeof DEV | typeof PROD) => {
      const waits: pulumi.Resource[] = [];
      const made = new Map<pulumi.Resource, string>();
      await deploy(() => {
        pulumi.runtime.registerStackTransformation(({ resource, name, opts: { dependsOn } }) => {
          made.set(resource, name);
          if (name === "entry-alb") waits.push(...(dependsOn as pulumi.Resource[]));
          return undefined;
        });
        foundation(settings, "task");
      });
      return waits.map((each) => made.get(each));
    };
    expect(await afterWhat(DEV)).to.include.members(["net-internet", "net-public-internet"]);
    expect(await afterWhat(PROD)).to.include.members(["net-internet", "entry-logs-policy"]);
  });

  it("LB-23: writes its logs to a private, encrypted, versioned bucket that expires them", async () => {
    const registered = await deploy(() => foundation(PROD, "task"));
    const bucket = later("entry-logs-bucket.id");
    expect(asked(registered, "entry-logs-private")).to.deep.equal({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(asked(registered, "entry-logs-encryption")).to.deep.equal({
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    expect(asked(registered, "entry-logs-versions")).to.deep.equal({
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    expect(JSON.parse(String(asked(registered, "entry-logs-policy").policy)).Statement).to.deep.equal([
      {
        Sid: "DeliverAccessLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${later("entry-logs-bucket.arn")}/AWSLogs/${later("aws.accountId")}/*`, // no condition: the balancer's trial write may send no key for it
      },
      {
        Sid: "RefusePlainText",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [later("entry-logs-bucket.arn"), `${later("entry-logs-bucket.arn")}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });
});

describe("Target", () => {
  it("LB-22: checks the health of tasks by their address, quickly beside their start", async () => {
    const registered = await deploy(() => foundation(DEV, "task"));
    expect(asked(registered, "cart-group")).to.deep.equal({
      vpcId: later("net-vpc.id"),
      targetType: "ip",
      protocol: "HTTP",
      port: 8080,
      deregistrationDelay: 10,
      healthCheck: {
        path: "/health",
        protocol: "HTTP",
        matcher: "200-299",
        interval: 8, // a tenth of 75 s
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      loadBalancingAlgorithmType: "round_robin",
      stickiness: { enabled: false, type: "lb_cookie" }, // said aloud, as the provider computes what is left out
    });
    const instances = await deploy(() => foundation(DEV, "instance"));
    expect(asked(instances, "cart-group")).to.include({
      targetType: "instance",
      deregistrationDelay: 180, // as long as CloudWatch takes to show a minute without one that is going
    });
  });

  it("has one rule a path on the listener that serves", async () => {
    const rules = async (settings: typeof DEV | typeof PROD) =>
      ofType(await deploy(() => foundation(settings, "task")), "aws:lb/listenerRule:ListenerRule").map(
        ({ inputs: { listenerArn, conditions, actions } }) => ({ listenerArn, conditions, actions }),
      );
    const rule = (listenerArn: string, path: string) => ({
      listenerArn,
      conditions: [{ pathPattern: { values: [path] } }],
      actions: [{ type: "forward", targetGroupArn: later("cart-group.arn") }],
    });
    const expected = (listener: string) => ["/cart", "/cart/*"].map((path) => rule(listener, path));
    expect(await rules(PROD)).to.deep.equal(expected(later("entry-https.arn")));
    expect(await rules(DEV)).to.deep.equal(expected(later("entry-http.arn")));
  });
});
