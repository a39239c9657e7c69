import { expect } from "chai";
import type { EntrySettings } from "../../adapters/entry-settings.ts";
import type { Registration } from "../../adapters/offline-preview.ts";
import { DEFAULT_TARGET } from "../../adapters/target-settings.ts";
import { JoinedNetwork } from "../../components/joined-network.ts";
import { listenerRules } from "../../components/listener-rules.ts";
import { LoadBalancer } from "../../components/load-balancer.ts";
import { Network } from "../../components/network.ts";
import { Security } from "../../components/security.ts";
import { Target } from "../../components/target.ts";
import { asked, CAPACITY, type DEV, deploy, later, ofType, PROD } from "../support/deploy.ts";

const LISTENER = "aws:lb/listener:Listener";
const WORLD = /^sec-world-/;
const { certificateArn: _, ...WITHOUT } = PROD;

/** A stack's way in, with a service behind it. */
function entry(some: Partial<EntrySettings>, base: typeof DEV | typeof WITHOUT = WITHOUT) {
  return deploy(() => {
    const settings = { ...base, ...some };
    const joined = some.shared?.network;
    const network =
      joined === undefined ? new Network("net", base) : new JoinedNetwork("net", { ...base, joined });
    const security = new Security("sec", { network, ...settings, taskPorts: [8080], instancePorts: [] });
    const loadBalancer = new LoadBalancer("entry", {
      network,
      security,
      ...settings,
      capacities: [CAPACITY],
    });
    const deployment = { ...DEFAULT_TARGET, paths: ["/cart"] };
    const rules = listenerRules([{ service: { name: "cart" }, deployment }], some.shared?.lane ?? 0);
    const place = { network, loadBalancer, kind: "task", port: 8080, capacity: CAPACITY } as const;
    new Target("cart", { ...deployment, ...place, listenerRules: rules.get("cart")! });
    loadBalancer.url.apply((url) => urls.push(url));
    loadBalancer.share.apply((share) => shares.push(share));
  });
}

const urls: string[] = [];
const shares: object[] = [];
const names = (registered: readonly Registration[], pattern: RegExp) =>
  registered.map(({ name }) => name).filter((name) => pattern.test(name));

describe("a domain's way in", () => {
  const domain = { name: "example.com", zoneId: "Z01", aliases: ["*.example.com", "shop.example.net"] };

  it("issues a certificate, proves each name by one record, and waits for it (row 24, ACM.1, ACM.2)", async () => {
    const registered = await entry({ domain });
    expect(asked(registered, "entry-domain-certificate")).to.deep.equal({
      domainName: "example.com",
      subjectAlternativeNames: ["*.example.com", "shop.example.net"],
      validationMethod: "DNS",
      keyAlgorithm: "RSA_2048",
    });
    const record = (name: string) => asked(registered, `entry-domain-${name}`, "Record");
    expect(record("example.com")).to.deep.equal({
      zoneId: "Z01",
      name: later("entry-domain-certificate.example.com.name"),
      type: "CNAME",
      records: [later("entry-domain-certificate.example.com.value")],
      ttl: 60,
      allowOverwrite: true,
    });
    expect(record("shop.example.net").name).to.equal(later("entry-domain-certificate.shop.example.net.name"));
    expect(asked(registered, "entry-domain-validation")).to.deep.equal({
      certificateArn: later("entry-domain-certificate.arn"),
      validationRecordFqdns: [
        later("entry-domain-example.com.fqdn"),
        later("entry-domain-shop.example.net.fqdn"),
      ],
    });
  });

  it("leads every name to the balancer, and is what the url shows", async () => {
    urls.length = 0;
    const registered = await entry({ domain });
    expect(names(registered, /^entry-to-/)).to.deep.equal([
      "entry-to-example.com",
      "entry-to-any.example.com",
      "entry-to-shop.example.net",
    ]);
    expect(asked(registered, "entry-to-any.example.com")).to.deep.equal({
      zoneId: "Z01",
      name: "*.example.com",
      type: "A",
      aliases: [
        {
          name: later("entry-alb.dnsName"),
          zoneId: later("entry-alb.zoneId"),
          evaluateTargetHealth: true,
        },
      ],
    });
    expect(urls).to.deep.equal(["https://example.com"]);
  });
});

describe("HTTPS", () => {
  const certificateArn = PROD.certificateArn;

  // As a replacement it would be made before the old one goes, and AWS takes no second listener on a port.
  it("turns the listener of plain HTTP into the redirect when a certificate comes, in place", async () => {
    const ofPort80 = (all: Awaited<ReturnType<typeof entry>>) =>
      ofType(all, LISTENER)
        .filter(({ inputs }) => inputs.port === 80)
        .map(({ name }) => name);
    const plain = ofPort80(await entry({ insecure: true }));
    expect(plain).to.have.length(1);
    expect(ofPort80(await entry({ certificateArn }))).to.deep.equal(plain);
  });

  it("closes port 80 where nothing redirects it (row 25)", async () => {
    const open = await entry({ certificateArn });
    expect(names(open, WORLD)).to.deep.equal(["sec-world-80-in", "sec-world-443-in"]);
    const closed = await entry({ certificateArn, redirect: false });
    expect(names(closed, WORLD)).to.deep.equal(["sec-world-443-in"]);
    expect(ofType(closed, LISTENER).map(({ inputs }) => inputs.port)).to.deep.equal([443]);
  });

  it("LB-18: shows further certificates by the name asked for, and may speak TLS 1.3 alone", async () => {
    const further = certificateArn.replace("0123", "4567");
    const registered = await entry({ certificateArn, certificates: [further], minimumTls: 1.3 });
    expect(asked(registered, "entry-4567")).to.deep.equal({
      listenerArn: later("entry-https.arn"),
      certificateArn: further,
    });
    expect(asked(registered, "entry-https").sslPolicy).to.equal("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09");
  });

  it("LB-16: keeps silent connections for as long as it is told", async () => {
    expect(asked(await entry({ certificateArn, idleTimeout: 300 }), "entry-alb").idleTimeout).to.equal(300);
  });
});

describe("a place on another stack's balancer", () => {
  const elb = "arn:aws:elasticloadbalancing:eu-west-1:123456789012";
  const shared = {
    loadBalancerArn: `${elb}:loadbalancer/app/entry/0123`,
    listenerArn: `${elb}:listener/app/entry/0123/4567`,
    securityGroupId: "sg-0123456789abcdef0",
    network: {
      vpcId: "vpc-01234567",
      privateSubnetIds: ["subnet-01234567", "subnet-89abcdef"],
      gatewayIds: ["vpce-01234567", "vpce-89abcdef"],
      endpointGroupId: "sg-89abcdef",
    },
    lane: 3,
  };

  it("makes no balancer, listener, log or rule for the world of its own (row 29)", async () => {
    const registered = await entry({ shared, waf: false });
    const read = registered.filter(({ inputs }) => Object.keys(inputs).length === 0).map(({ type }) => type);
    expect(read).to.include.members(["aws:lb/loadBalancer:LoadBalancer", LISTENER]);
    expect(ofType(registered, "aws:lb/loadBalancer:LoadBalancer")).to.have.length(1);
    expect(ofType(registered, LISTENER)).to.have.length(1);
    expect(registered.filter(({ type }) => /aws:(s3|wafv2)/.test(type))).to.deep.equal([]);
    expect(names(registered, WORLD)).to.deep.equal([]);
    expect(registered.filter(({ protect }) => protect)).to.deep.equal([]); // it is the owner's to protect
  });

  it("lies in the balancer's VPC, and may reach the endpoints there", async () => {
    const registered = await entry({ shared, waf: false });
    const made = registered.filter(({ inputs }) => Object.keys(inputs).length > 0).map(({ type }) => type);
    expect(made.filter((type) => /^aws:ec2\/(?!securityGroup)/.test(type))).to.deep.equal([]);
    expect(asked(registered, "cart-group").vpcId).to.equal("vpc-01234567");
    expect(asked(registered, "sec-tasks-endpoints-in").securityGroupId).to.equal("sg-89abcdef");
    expect(asked(registered, "sec-tasks-s3-out").prefixListId).to.equal(
      later("net-vpce-01234567.prefixListId"),
    );
  });

  it("is given by the owner's output, as a guest's settings take it", async () => {
    const owner = await entry({ certificateArn: PROD.certificateArn });
    expect(owner.length).to.be.above(0);
    expect(shares.at(-1)).to.deep.equal({
      loadBalancerArn: later("entry-alb.arn"),
      listenerArn: later("entry-https.arn"),
      securityGroupId: later("sec-balancer.id"),
      network: {
        vpcId: later("net-vpc.id"),
        privateSubnetIds: ["a", "b", "c"].map((zone) => later(`net-private-eu-west-1${zone}.id`)),
        gatewayIds: [later("net-s3.id"), later("net-dynamodb.id")],
        endpointGroupId: later("net-endpoints.id"),
      },
    });
  });

  it("has rules that collide with no other stack's, and a way from the balancer to its tasks", async () => {
    const priority = (registered: readonly Registration[]) =>
      Number(ofType(registered, "aws:lb/listenerRule:ListenerRule")[0]!.inputs.priority);
    const owner = await entry({ certificateArn: PROD.certificateArn });
    const guest = await entry({ shared, waf: false });
    expect(priority(guest) - priority(owner)).to.equal(3);
    expect(asked(guest, "sec-balancer-tasks-8080-in")).to.deep.include({
      securityGroupId: later("sec-tasks.id"),
      referencedSecurityGroupId: shared.securityGroupId,
    });
  });
});
