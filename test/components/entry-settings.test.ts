import { expect } from "chai";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { DEFAULT_WAF, MANAGED_GROUPS } from "../../adapters/waf-settings.ts";
import { warnings } from "../../components/conflicts.ts";

const arn = (id: number | string, region = "eu-west-1") =>
  `arn:aws:acm:${region}:123456789012:certificate/${id}`;
const certificateArn = arn(0);
const elb = "arn:aws:elasticloadbalancing:eu-west-1:123456789012";
const shared = {
  loadBalancerArn: `${elb}:loadbalancer/app/entry/0123`,
  listenerArn: `${elb}:listener/app/entry/0123/4567`,
  securityGroupId: "sg-0123456789abcdef0",
  network: { vpcId: "vpc-01234567", privateSubnetIds: ["subnet-01234567", "subnet-89abcdef"] },
  lane: 1,
};
const domain = { name: "shop.example.com", zoneId: "Z0123456789ABC" };

function settings(entry: object, profile = "prod") {
  const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
  return stackSettings({ notify: { page: ["on-call@example.com"] }, profile, network, entry });
}

/** Each fault from `entry.` on. */
function faultsOf(entry: object, profile = "prod"): readonly string[] {
  try {
    settings(entry, profile);
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.replace("setpoint:deployment.entry.", ""));
  }
  return [];
}

describe("the way in", () => {
  it("comes from exactly one of a certificate, a domain, another stack's balancer, and plain HTTP", () => {
    for (const entry of [{ certificateArn }, { domain }, { shared }])
      expect(faultsOf(entry), JSON.stringify(entry)).to.deep.equal([]);
    expect(faultsOf({ insecure: true }, "dev")).to.deep.equal([]);
    expect(faultsOf({})).to.have.length(1);
    expect(faultsOf({ certificateArn, domain, shared })).to.deep.equal([
      "domain: domain is a map; certificateArn decides already how requests come in. Keep one of certificateArn, domain, shared, insecure.",
      "shared: shared is a map; certificateArn decides already how requests come in. Keep one of certificateArn, domain, shared, insecure.",
    ]);
  });

  it("LB-18: has at most 25 further certificates, of its region, each once", () => {
    const further = (...certificates: string[]) => faultsOf({ certificateArn, certificates });
    const many = (count: number) => Array.from({ length: count }, (_, i) => arn(i + 1));
    expect(further(...many(25))).to.deep.equal([]);
    expect(further(...many(26)).join()).to.match(/at most 25/);
    expect(further(arn(1, "us-east-1")).join()).to.match(/certificates\[0\] .*Issue one in eu-west-1/);
    expect(further(arn(1), arn(1)).join()).to.match(/certificates\[1\] .*the listener has it already/);
    expect(further(certificateArn).join()).to.match(/the listener has it already/);
    expect(faultsOf({ insecure: true, certificates: [arn(1)] }, "dev").join()).to.match(
      /plain HTTP shows none/,
    );
  });

  it("refuses what plain HTTP makes no use of", () => {
    const plain = (entry: object) => faultsOf({ insecure: true, ...entry }, "dev");
    expect(plain({ redirect: true, minimumTls: 1.2 })).to.deep.equal([]);
    expect(plain({ redirect: false }).join()).to.match(/redirect is false; plain HTTP has no use for it/);
    expect(plain({ minimumTls: 1.3 }).join()).to.match(/minimumTls is 1\.3; plain HTTP has no use for it/);
  });

  it("LB-19: is plain HTTP in dev alone", () => {
    expect(faultsOf({ insecure: true }).join()).to.match(/protect: true refuses plain HTTP \(ELB\.1\)/);
  });

  it("LB-16: keeps a connection for 1–4,000 s", () => {
    for (const idleTimeout of ["0 s", "4001 s", 60])
      expect(faultsOf({ certificateArn, idleTimeout }), String(idleTimeout)).to.have.length(1);
    expect(settings({ certificateArn, idleTimeout: "4000 s" }).entry.idleTimeout).to.equal(4000);
  });

  it("refuses a domain that no certificate can be issued for", () => {
    const of = (some: object) => faultsOf({ domain: { ...domain, ...some } });
    for (const name of ["localhost", "*.example.com", "Shop.example.com", `${"a".repeat(60)}.example.com`])
      expect(of({ name }).join(), name).to.match(/^domain\.name: .*at most 64 characters/);
    expect(of({ zoneId: "example.com" })).to.have.length(1);
    expect(of({ aliases: ["*.example.com", "example.com"] })).to.deep.equal([]);
    expect(of({ aliases: ["a.*.example.com"] })).to.have.length(1);
    expect(of({ aliases: [domain.name] }).join()).to.match(/must not repeat a name/);
    expect(of({ aliases: Array.from({ length: 10 }, (_, i) => `a${i}.example.com`) }).join()).to.match(
      /at most 9/,
    );
  });

  it("refuses a place on a balancer that does not fit together, or decides what its owner does", () => {
    const of = (some: object, rest: object = {}) => faultsOf({ shared: { ...shared, ...some }, ...rest });
    for (const lane of [0, 8, 1.5]) expect(of({ lane }).join(), String(lane)).to.match(/from 1 to 7/);
    expect(of({ network: { ...shared.network, privateSubnetIds: ["subnet-01234567"] } }).join()).to.match(
      /at least 2 subnets/,
    );
    const strange = `${elb}:listener/app/other/89ab/4567`;
    expect(of({ listenerArn: strange }).join()).to.match(/listenerArn belongs to another balancer/);
    const west = (text: string) => text.replace("eu-west-1", "us-west-2");
    expect(of({}, { redirect: false }).join()).to.match(
      /redirect is false; the stack that owns the balancer/,
    );
    const far = { loadBalancerArn: west(shared.loadBalancerArn), listenerArn: west(shared.listenerArn) };
    expect(of(far).join()).to.match(/of another region/);
    expect(of({}, { waf: {}, idleTimeout: "60 s" })).to.have.length(2);
    expect(settings({ shared }).entry.waf).to.equal(false); // the owner's
  });

  it("speaks TLS 1.2 or 1.3", () => {
    expect(faultsOf({ certificateArn, minimumTls: 1.1 }).join()).to.match(/must be 1\.2 or 1\.3/);
    expect(settings({ certificateArn, minimumTls: 1.3 }).entry.minimumTls).to.equal(1.3);
  });
});

describe("AWS WAF", () => {
  const waf = (members: unknown) => settings({ certificateArn, waf: members }).entry.waf;
  const refused = (members: unknown) => faultsOf({ certificateArn, waf: members });

  it("is on in prod and off in dev, unless they say otherwise", () => {
    expect(settings({ certificateArn }).entry.waf).to.deep.equal(DEFAULT_WAF);
    expect(settings({ insecure: true }, "dev").entry.waf).to.equal(false);
    expect(settings({ insecure: true, waf: {} }, "dev").entry.waf).to.deep.equal(DEFAULT_WAF);
    expect(waf(false)).to.equal(false);
  });

  it("reads its groups, limits and addresses, the rest from the default", () => {
    const managed = { sqlInjection: "count", common: { count: ["SizeRestrictions_BODY"] } };
    expect(waf({ managed })).to.deep.equal({ ...DEFAULT_WAF, managed });
    expect(waf({ rateLimit: { requests: 100 } })).to.deep.include({
      rateLimit: { requests: 100, window: 300 },
    });
    expect(waf({ rateLimit: false })).to.deep.include({ rateLimit: false });
    expect(refused({ managed: { comon: "block" } }).join()).to.match(/did you mean `common`/);
    expect(refused({ managed: { common: "on" } }).join()).to.match(/must be block, count, or \{ count/);
    expect(refused({ rateLimt: false }).join()).to.match(/did you mean `rateLimit`/);
    expect(refused(true).join()).to.match(/must be false or a map/);
  });

  it("lets large bodies through where it is told to, counting the rule on their size and no other", () => {
    const rule = "SizeRestrictions_BODY";
    const { managed } = DEFAULT_WAF;
    expect(waf({ largeBodies: false })).to.deep.equal(DEFAULT_WAF);
    expect(waf({ largeBodies: true })).to.deep.equal({
      ...DEFAULT_WAF,
      managed: { ...managed, common: { count: [rule] } },
    });
    const also = (...count: string[]) => ({ largeBodies: true, managed: { common: { count } } });
    expect(waf(also("GenericLFI_BODY"))).to.deep.include({
      managed: { common: { count: ["GenericLFI_BODY", rule] } },
    });
    expect(waf(also(rule))).to.deep.include({ managed: { common: { count: [rule] } } });
    for (const common of [{}, { common: "count" }])
      expect(refused({ largeBodies: true, managed: { ...common, sqlInjection: "block" } })).to.deep.equal([
        "waf.largeBodies: largeBodies is true; managed has no common that blocks, so none is held back. Remove it.",
      ]);
    expect(refused({ largeBodies: "100 MB" }).join()).to.match(
      /largeBodies is "100 MB"; must be true or false/,
    );
  });

  it("warns of what large bodies carry past it, and of rules that AWS would not find", () => {
    const remarks = (members: unknown) => warnings(settings({ certificateArn, waf: members }), []);
    expect(remarks({})).to.deep.equal([]);
    expect(remarks({ largeBodies: true })).to.deep.equal([
      "entry.waf lets bodies over 8 KB through: before a balancer AWS WAF reads no further, so an attack behind that reaches the service.",
    ]);
    const misspelt = { managed: { common: { count: ["SizeRestrictions_Body", "GenericLFI_BODY"] } } };
    expect(remarks(misspelt)).to.deep.equal([
      "entry.waf.managed.common counts SizeRestrictions_Body; AWS ignores a name that the group has not, to the letter, and goes on blocking: did you mean `SizeRestrictions_BODY`?",
    ]);
  });

  it("LB-20: limits 10 to 2·10⁹ requests in one of AWS's windows", () => {
    const limits = (rateLimit: object) => refused({ rateLimit });
    for (const requests of [5, 9, 2_000_000_001, 10.5])
      expect(limits({ requests }).join(), String(requests)).to.match(/LB-20/);
    for (const window of ["90 s", "30 s", "11 min"]) expect(limits({ window }), window).to.have.length(1);
    for (const window of ["60 s", "120 s", "5 min", "10 min"])
      expect(limits({ requests: 10, window }), window).to.deep.equal([]);
  });

  it("LB-21: takes blocks of addresses, but neither all of them nor one without its length", () => {
    const blocks = (...block: string[]) => refused({ block }).join();
    expect(blocks("192.0.2.0/24", "2001:db8::/32", "1.2.3.4/32")).to.equal("");
    expect(blocks("0.0.0.0/0")).to.match(/from \/1 to \/32/);
    expect(blocks("::/0")).to.match(/from \/1 to \/128/);
    expect(blocks("1.2.3.4")).to.match(/Write 1\.2\.3\.4\/32 for the one address/);
    for (const block of ["example.com", "1.2.3/24", "1.2.3.4/33", "1.2.3.4/"])
      expect(blocks(block), block).to.match(/LB-21/);
    expect(refused({ allow: ["1.2.3.4/32"], block: ["1.2.3.4/32"] }).join()).to.match(/the same addresses/);
  });

  it("WAF.10: has a rule, and warns where AWS charges for its capacity", () => {
    expect(refused({ managed: {}, rateLimit: false }).join()).to.match(/must have a rule \(WAF\.10\)/);
    const managed = Object.fromEntries(Object.keys(MANAGED_GROUPS).map((group) => [group, "block"]));
    expect(warnings(settings({ certificateArn, waf: { managed } }), []).join()).to.match(
      /1975 units of capacity/,
    );
    expect(warnings(settings({ certificateArn }), [])).to.deep.equal([]);
  });
});
